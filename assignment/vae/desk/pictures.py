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
from vae.desk import example
from vae.desk.captions import caption
from vae.desk.failure import unsaved
from vae.desk.failure_in_run import told

TASK_OF = {"samples": "4a", "interpolation": "4b", "restoration": "4c"}
NAMES = ("loss", "loss_terms", "reconstructions", "latent_map", *TASK_OF)


def one_of_each(images: Images) -> Tensor:
    """The first image of each digit, (10, 1, 28, 28)."""
    return torch.cat([images.images[images.labels == digit][:1] for digit in range(10)])


def first(model: nn.Module, dataset: str, test_images: Images, out: Path) -> None:
    """Save the reconstructions while training goes on. It draws no random numbers, so training is not changed."""
    _save("reconstructions", lambda: _reconstructions(model, dataset, test_images), out, tqdm.write)


def draw(
    model: nn.Module,
    history: Sequence[Mapping[str, float]],
    dataset: str,
    images: Images,
    test_images: Images,
    out: Path,
    device: str,
) -> int:
    """Save every picture that the finished tasks allow. Returns 1 if one is missing, else 0."""
    x = one_of_each(test_images).to(device)
    mean_image = images.images.mean(dim=0).to(device)

    def latent() -> ModuleType:  # not at the top: if it does not import, the other pictures are still drawn
        return importlib.import_module("vae.latent")

    def samples() -> Figure:
        return plots.samples(latent().generate(model, 64, device), example=example.shown(dataset, "samples"))

    def restoration() -> Figure:
        shown = {}
        for name, known in masks(x).items():
            restored = latent().restore(model, x.clone(), known.clone(), iterations=10)
            shown[name] = (known, restored, torch.where(known.bool(), x, mean_image))
        return plots.restorations(x, shown)

    pictures = {
        **dict(_curves(history, images)),
        "reconstructions": lambda: _reconstructions(model, dataset, test_images),
        "latent_map": lambda: plots.latent_map(model, test_images.images, test_images.labels),
        "samples": samples,
        "interpolation": lambda: plots.interpolation(latent().interpolate(model, x[3:4], x[8:9], steps=11)),
        "restoration": restoration,
    }
    return max([_save(name, picture, out, print) for name, picture in pictures.items()])


def masks(x: Tensor) -> dict[str, Tensor]:
    """Three ways to lose pixels of the images (N, 1, 28, 28): their names, and 1 where a pixel is known, else 0."""
    scattered = torch.rand(x.shape, generator=torch.Generator().manual_seed(0)).lt(0.5).float().to(x.device)
    square, upper_half = torch.ones_like(x), torch.ones_like(x)
    square[:, :, 9:19, 9:19] = 0
    upper_half[:, :, 14:] = 0
    return {
        caption("흩어진 픽셀의 절반이 없을 때", "half of the pixels missing, scattered"): scattered,
        caption("가운데 사각형이 없을 때", "a square missing"): square,
        caption("아래 절반이 없을 때", "the lower half missing"): upper_half,
    }


def _reconstructions(model: nn.Module, dataset: str, test_images: Images) -> Figure:
    x = one_of_each(test_images)
    return plots.reconstructions(model, x, example.shown(dataset, "reconstructions"))


def _save(name: str, picture: Callable[[], Figure], out: Path, write: Callable[[str], object]) -> int:
    """Draw one picture and print its path. Returns 1 if that fails, with the reason on stderr, else 0."""
    path = out / f"{name}.png"
    try:
        picture().savefig(path, dpi=150)
    except OSError as error:
        return unsaved(path, error)
    except Exception as error:  # noqa: BLE001 - the student's code drew it, and the other pictures are still drawn
        return told(error, TASK_OF.get(name, ""))
    write(str(path))
    return 0


def _curves(
    history: Sequence[Mapping[str, float]], images: Images
) -> Iterator[tuple[str, Callable[[], Figure]]]:
    """The pictures of the loss, as far as the history allows."""
    floor = plots.entropy(images.images)
    if history and all("loss" in epoch for epoch in history):
        yield "loss", lambda: plots.loss_curve([epoch["loss"] for epoch in history], floor=floor)
    if history and all("kl" in epoch for epoch in history):
        yield (
            "loss_terms",
            lambda: plots.loss_terms(
                [epoch["reconstruction"] for epoch in history],
                [epoch["kl"] for epoch in history],
                caption("두 항, 학습 이미지", "The two terms, training images"),
                floor,
            ),
        )
