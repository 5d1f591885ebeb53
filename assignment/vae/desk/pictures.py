"""The pictures of `python -m vae train`. Given."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType

import torch
from matplotlib.figure import Figure
from torch import Tensor, nn
from tqdm import tqdm

from vae import plots
from vae.data import Images
from vae.desk.failure import say
from vae.desk.failure_in_run import told

TASK_OF = {"samples": "4a", "interpolation": "4b", "restoration": "4c"}
NAMES = ("loss", "loss_terms", "reconstructions", "latent_map", *TASK_OF)


def one_of_each(images: Images) -> Tensor:
    """The first image of each digit, (10, 1, 28, 28)."""
    return torch.cat([images.images[images.labels == digit][:1] for digit in range(10)])


def first(model: nn.Module, test_images: Images, out: Path) -> None:
    """Save the reconstructions while training goes on. It uses no random numbers, so training stays the same."""
    _save("reconstructions", lambda: plots.reconstructions(model, one_of_each(test_images)), out, tqdm.write)


def draw(
    model: nn.Module,
    history: Sequence[Mapping[str, float]],
    images: Images,
    test_images: Images,
    out: Path,
    device: str,
) -> int:
    """Save every picture that the finished tasks allow. Returns 1 where one is missing, else 0."""
    x = one_of_each(test_images).to(device)
    # Scattered pixels: with a whole half hidden, iterated reconstruction loses to the mean image.
    known = torch.rand(x.shape, generator=torch.Generator().manual_seed(0)).lt(0.5).float().to(device)
    mean_image = images.images.mean(dim=0).to(device)

    def latent() -> ModuleType:  # not at the top: where it does not import, the other pictures still count
        return importlib.import_module("vae.latent")

    def restoration() -> Figure:
        restored = latent().restore(model, x.clone(), known.clone(), iterations=10)
        return plots.restoration(x, known, restored, torch.where(known.bool(), x, mean_image))

    pictures = {
        **dict(_curves(history)),
        "reconstructions": lambda: plots.reconstructions(model, x),
        "latent_map": lambda: plots.latent_map(model, test_images.images, test_images.labels),
        "samples": lambda: plots.samples(latent().generate(model, 64, device)),
        "interpolation": lambda: plots.interpolation(latent().interpolate(model, x[3:4], x[8:9], steps=11)),
        "restoration": restoration,
    }
    return max([_save(name, picture, out, print) for name, picture in pictures.items()])


def _save(name: str, picture: Callable[[], Figure], out: Path, write: Callable[[str], object]) -> int:
    """Draw one picture and say where it is. Returns 1 where that fails, with its reason on stderr, else 0."""
    path = out / f"{name}.png"
    try:
        picture().savefig(path, dpi=150)
    except OSError as error:
        return say(
            f"{path}: 저장할 수 없습니다. 디스크와 --out을 확인하세요.",
            f"{path}: cannot be saved, look at the disk and at --out ({error.strerror}).",
        )
    except Exception as error:  # noqa: BLE001 - the student's code drew it, and the other pictures still count
        return told(error, TASK_OF.get(name, ""))
    write(str(path))
    return 0


def _curves(history: Sequence[Mapping[str, float]]) -> Iterator[tuple[str, Callable[[], Figure]]]:
    """The pictures of the loss, as far as it is known."""
    if history and all("loss" in epoch for epoch in history):
        yield "loss", lambda: plots.loss_curve([epoch["loss"] for epoch in history])
    if history and all("kl" in epoch for epoch in history):
        yield (
            "loss_terms",
            lambda: plots.loss_terms(
                [epoch["reconstruction"] for epoch in history],
                [epoch["kl"] for epoch in history],
                "The two terms, training images",
            ),
        )
