"""Training at the student's desk: the lecture's own loop compared with the hand-out's, epoch by epoch in turn.

The lecture's: a shuffled DataLoader that makes a tensor of each image at each access (ToTensor), batches of 128, Adam
at 1e-3, .item() on each loss; without its Normalize, which would make the loss meaningless. The hand-out's: what
`python -m vae train` does, with the solution's four files. Network, loss and number of epochs are the same.
Test loss: the mean negative ELBO per test image, with one z per image.

The arithmetic limit: the seconds of an epoch that consists only of its matrix products, at the rate of a large product
on this machine. The bench also gives the seconds at the rate that products of their own sizes reach.

MNIST from the archives in $VAE_DATA_ROOT/MNIST/raw or ../shared/data/MNIST/raw, copied to build/data; else the digits.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any
from unittest import mock

import torch
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms.functional import to_pil_image, to_tensor

from autograder.vae.checks import reference
from autograder.vae.checks.short_run import HIDDEN_DIM, LATENT_DIM, negative_elbo

ROOT = Path(__file__).resolve().parents[2]
EPOCHS, BATCH_SIZE, LEARNING_RATE, SEED = 10, 128, 1e-3, 20131220
LAYERS = ((784, HIDDEN_DIM), (HIDDEN_DIM, 2 * LATENT_DIM), (LATENT_DIM, HIDDEN_DIM), (HIDDEN_DIM, 784))


def measure(share: float) -> dict[str, object]:
    epochs = max(1, round(EPOCHS * share))
    dataset, root = data()
    train, test = (reference.data.load(dataset, train=part, root=root) for part in (True, False))
    seconds: dict[str, list[float]] = {"lecture": [], "handout": []}
    torch.manual_seed(SEED)
    models = {name: reference.model.VAE(LATENT_DIM, HIDDEN_DIM) for name in seconds}
    lecture = lecture_epochs(models["lecture"], PilImages(train))
    train_epoch = reference.training.train_epoch

    def in_turn(*arguments: Any) -> float:
        """Train one epoch with the hand-out's loop, then one with the lecture's."""
        mean_loss, taken = timed(lambda: train_epoch(*arguments))
        seconds["handout"].append(taken)
        seconds["lecture"].append(timed(lambda: next(lecture))[1])
        return mean_loss

    loader = reference.data.loader(train, BATCH_SIZE)
    with mock.patch.object(reference.training, "train_epoch", in_turn):
        reference.training.train(models["handout"], loader, epochs, LEARNING_RATE, "cpu")
    each = {name: median(taken) for name, taken in seconds.items()}
    limit, own_sizes = matrix_products(len(train))
    return {
        "images": f"{len(train)} ({dataset})",
        "epochs": epochs,
        "threads": torch.get_num_threads(),
        "lecture's loop, s an epoch": round(each["lecture"], 2),
        "hand-out, s an epoch": round(each["handout"], 2),
        "hand-out is faster by": round(each["lecture"] / each["handout"], 2),
        "test loss, nats, lecture's loop": round(test_loss(models["lecture"], test.images), 2),
        "test loss, nats, hand-out": round(test_loss(models["handout"], test.images), 2),
        "arithmetic limit, s an epoch": round(limit, 2),
        "its matrix products at their sizes, s an epoch": round(own_sizes, 2),
        "hand-out, times the limit": round(each["handout"] / limit, 2),
    }


def data() -> tuple[str, Path | None]:
    """MNIST and a folder of our own that holds it, or the digits if its archives can't be found."""
    for given in (os.environ.get("VAE_DATA_ROOT"), ROOT.parent / "shared" / "data"):
        if given and (raw := Path(given, "MNIST", "raw")).is_dir():
            copy = ROOT / "build" / "data"
            (copy / "MNIST" / "raw").mkdir(parents=True, exist_ok=True)
            for archive in raw.glob("*.gz"):
                shutil.copyfile(archive, copy / "MNIST" / "raw" / archive.name)
            return "mnist", copy
    return "digits", None


class PilImages(Dataset[tuple[torch.Tensor, int]]):
    """Like torchvision's MNIST with ToTensor: makes a PIL image of the stored bytes, and a tensor, at each access."""

    def __init__(self, images: Any) -> None:
        self.bytes = images.images.mul(255).round().to(torch.uint8)
        self.labels = images.labels

    def __len__(self) -> int:
        return len(self.bytes)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        return to_tensor(to_pil_image(self.bytes[index])), int(self.labels[index])


def lecture_epochs(model: torch.nn.Module, images: PilImages) -> Iterator[float]:
    """The lecture's training loop; yields the mean loss after each epoch."""
    loader = DataLoader(images, batch_size=BATCH_SIZE, shuffle=True)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    while True:
        model.train()
        train_loss = 0.0
        for x, _ in loader:
            optimizer.zero_grad()
            recon_batch, mu, log_var = model(x)
            loss = reference.loss.loss_function(recon_batch, x, mu, log_var)
            loss.backward()
            train_loss += loss.item()
            optimizer.step()
        yield train_loss / len(images)


def timed(work: Callable[[], float]) -> tuple[float, float]:
    started = time.monotonic()
    return work(), time.monotonic() - started


def test_loss(model: torch.nn.Module, images: torch.Tensor) -> float:
    return negative_elbo(model.state_dict(), images, SEED)


def matrix_products(images: int) -> tuple[float, float]:
    """Seconds of an epoch's matrix products: at the rate of one large product, and each at its own size.

    A layer has one product forward and two backward: for its weights, and for its input, which the first layer skips.
    """
    own_sizes = operations = 0.0
    for number, (ins, outs) in enumerate(LAYERS):
        x, w, g = torch.rand(BATCH_SIZE, ins), torch.rand(outs, ins), torch.rand(BATCH_SIZE, outs)
        products = [lambda x=x, w=w: x @ w.T, lambda x=x, g=g: g.T @ x, lambda w=w, g=g: g @ w]
        for product in products[: 3 if number else 2]:
            own_sizes += fastest(product, 100)
            operations += 2 * BATCH_SIZE * ins * outs
    square = torch.rand(2048, 2048)
    rate = 2 * 2048**3 / fastest(lambda: square @ square, 10)
    steps = images / BATCH_SIZE
    return steps * operations / rate, steps * own_sizes


def fastest(product: Callable[[], torch.Tensor], repetitions: int) -> float:
    """Seconds of the fastest repetition."""
    taken = []
    for _ in range(repetitions):
        started = time.perf_counter()
        product()
        taken.append(time.perf_counter() - started)
    return min(taken)
