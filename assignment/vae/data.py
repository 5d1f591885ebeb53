"""The images: scikit-learn's digits, which need no network, and MNIST. Given.

Pixels are in [0, 1] and stay there. With pixels normalised to [-1, 1], as in many tutorials, the binary
cross-entropy would have no meaning: it is minus a Bernoulli log-likelihood only for targets between 0 and 1,
and for negative targets it has no lower bound.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import os
import socket
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.data import BatchSampler, DataLoader, Dataset, RandomSampler, SequentialSampler

DIGITS_TRAIN = 1437  # of 1797; the last 360 are the test images
MNIST_ROOT = "~/.cache/vae-assignment"
NETWORK_SECONDS = 15  # after so long without an answer, we say that there is no network


class DataUnavailable(Exception):
    """MNIST is not available here. The arguments say what to do next in one line, in Korean and in English."""

    def __str__(self) -> str:
        return " / ".join(self.args)


class Images(Dataset):
    """Images held in memory, ready for a network.

    Attributes:
        images: float32 (N, 1, 28, 28), contiguous, in [0, 1].
        labels: int64 (N,), the digits 0 to 9. A VAE does not use them.
    """

    def __init__(self, images: Tensor, labels: Tensor):
        self.images = images
        self.labels = labels

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int | list[int]) -> tuple[Tensor, Tensor]:
        """One image with its label, or a whole batch for a list of indices."""
        return self.images[index], self.labels[index]


def load(
    dataset: str = "digits", train: bool = True, root: str | Path | None = None, progress: bool = False
) -> Images:
    """The training or the test images of "digits" or "mnist".

    Args:
        root: MNIST's folder; by default $VAE_DATA_ROOT, else ~/.cache/vae-assignment.
        progress: show the progress of a download on stderr.

    Raises:
        DataUnavailable: MNIST is not on this disk and cannot be downloaded.
        ValueError: there is no such dataset.
    """
    if dataset == "digits":
        return _digits(train)
    if dataset == "mnist":
        folder = Path(root or os.environ.get("VAE_DATA_ROOT") or MNIST_ROOT).expanduser()
        return _mnist(train, folder, progress)
    raise ValueError(f"dataset {dataset!r}: 'digits'나 'mnist'를 쓰세요 / use 'digits' or 'mnist'")


def loader(
    images: Images, batch_size: int = 128, shuffle: bool = True, seed: int | None = None
) -> DataLoader:
    """Batches (images, labels) of the whole dataset; the last may be smaller. `seed` fixes their order."""
    generator = None if seed is None else torch.Generator().manual_seed(seed)
    order = RandomSampler(images, generator=generator) if shuffle else SequentialSampler(images)
    # batch_size=None: each item is a batch already, taken in one indexing operation instead of image by image.
    return DataLoader(images, batch_size=None, sampler=BatchSampler(order, batch_size, drop_last=False))


def _digits(train: bool) -> Images:
    table = torch.from_numpy(np.loadtxt(_digits_file(), delimiter=",", dtype=np.float32))  # (1797, 64 + 1)
    images = table[:, :-1].reshape(-1, 1, 8, 8) / 16
    # Rounding may put interpolated values slightly outside [0, 1].
    images = F.interpolate(images, size=28, mode="bilinear", align_corners=False).clamp(0, 1)
    labels = table[:, -1].long()
    part = slice(None, DIGITS_TRAIN) if train else slice(DIGITS_TRAIN, None)
    return Images(images[part], labels[part])


def _digits_file() -> Path:
    """The file that sklearn.datasets.load_digits reads. Importing sklearn would take longer than a whole first check."""
    package = importlib.util.find_spec("sklearn")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("No module named 'sklearn'", name="sklearn")
    return Path(package.origin).parent / "datasets" / "data" / "digits.csv.gz"


def _mnist(train: bool, root: Path, progress: bool) -> Images:
    from torchvision.datasets import MNIST

    if progress and not list((root / "MNIST" / "raw").glob("*-ubyte*")):
        print(f"MNIST (11 MB) -> {root}", file=sys.stderr, flush=True)
    timeout = socket.getdefaulttimeout()
    try:
        # torchvision prints a lot, which would hide the one line that matters. Its progress bars go to stderr.
        with contextlib.ExitStack() as quiet:
            quiet.enter_context(contextlib.redirect_stdout(io.StringIO()))
            if not progress:
                quiet.enter_context(contextlib.redirect_stderr(io.StringIO()))
            socket.setdefaulttimeout(NETWORK_SECONDS)
            # Downloads only what is missing, and compares each archive with its MD5 sum.
            mnist = MNIST(root, train=train, download=True)
    # Broken files can raise almost any exception: failed assertions, bad views, missing keys, truncated archives.
    except Exception as error:
        raise DataUnavailable(*_what_to_do(root / "MNIST" / "raw", error)) from error
    finally:
        socket.setdefaulttimeout(timeout)
    return Images(mnist.data.unsqueeze(1).float().div(255), mnist.targets)


def _what_to_do(raw: Path, error: Exception) -> tuple[str, str]:
    if isinstance(error, (ConnectionError, TimeoutError)) or str(error).startswith("Error downloading"):
        ko, en = "네트워크에서 내려받지 못했습니다", "it could not be downloaded"
    elif isinstance(error, OSError):
        ko = "폴더를 읽거나 쓸 수 없습니다. VAE_DATA_ROOT에 다른 폴더를 지정하세요"
        en = "the folder cannot be read or written. Set VAE_DATA_ROOT to another folder"
    else:
        ko, en = "파일이 손상되었습니다. 먼저 지우세요", "its files are broken. Delete them first"
    return (
        f"MNIST: {ko}. 압축 파일 네 개를 {raw} 폴더에 넣거나, 네트워크에 연결하거나, --dataset digits를 쓰세요.",
        f"MNIST: {en}. Put its four archives into {raw}, connect to a network, or use --dataset digits.",
    )
