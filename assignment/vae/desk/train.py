"""The command `train`: train with the four files, draw what was learnt, and save it. Given."""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import time
from contextlib import closing
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from vae.desk.failure import say, unsaved
from vae.desk.failure_in_run import told
from vae.desk.language import Words, text

if TYPE_CHECKING:
    from vae.desk.threads import Threads

EPOCHS = {"digits": 100, "mnist": 10}  # digits has 12 batches per epoch, MNIST 469
INTERRUPTED = 130
NEXT = Words(
    "\n다음: {out} 폴더의 그림을 예측과 비교하고, {page} 파일을 브라우저로 여세요. --dataset mnist나 다른 --learning-rate로도 학습해 보세요. 제출: python -m vae submit",
    "\nNext: compare the pictures in {out} with your predictions, and open {page} in a browser. Try --dataset mnist or another --learning-rate. Hand in: python -m vae submit",
)


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the options of `train`."""
    default = text("기본값", "default")
    command.add_argument("--dataset", choices=tuple(EPOCHS), default="digits", help=f"{default}: digits")
    command.add_argument("--epochs", type=int, help=f"{default}: 100 (digits), 10 (mnist)")
    command.add_argument("--batch-size", type=int, default=128, help=f"{default}: 128")
    command.add_argument("--learning-rate", type=float, default=1e-3, help=f"{default}: 0.001")
    devices = ("auto", "cpu", "cuda", "mps")
    command.add_argument("--device", choices=devices, default="auto", help=f"{default}: auto")
    folder = text("결과를 저장할 폴더", "folder for the results")
    command.add_argument("--out", type=Path, default=Path("runs"), help=f"{folder}, {default}: runs")


def run(arguments: argparse.Namespace) -> int:
    """Train, draw, write run.json and model.pt. Returns 1 if something is missing, 130 if interrupted."""
    try:
        from vae.desk.threads import Threads  # not at the top: it imports torch, and `--help` answers at once

        with Threads() as threads:
            return _run(arguments, threads)
    except KeyboardInterrupt:  # before there was anything to keep, or a second time
        return say("\n중단했습니다.", "\nInterrupted.", INTERRUPTED)


def _run(arguments: argparse.Namespace, threads: Threads) -> int:
    import torch

    out = arguments.out
    device = arguments.device if arguments.device != "auto" else _best_device()
    unusable = _unwritable(out) or _absent(device)
    if unusable:
        return unusable
    dataset, images, test_images = _images(arguments.dataset)
    epochs = arguments.epochs or EPOCHS[dataset]
    try:
        model, train, training = _student(epochs)
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and not str(error.name).startswith("vae"):
            raise  # a package that is not installed
        return told(error)
    begun = text(
        f"이미지 {len(images)}장, {epochs} 에폭, {device}\nCtrl-C: 중단하고 지금까지의 결과 저장",
        f"{len(images)} images, {epochs} epochs, {device}\nCtrl-C: stop and keep what was learnt",
    )
    print(begun, flush=True)

    from vae import data
    from vae.desk import explorer, pictures

    def first_picture() -> None:
        _keep_earlier(out)
        pictures.first(model, dataset, test_images, out)

    training.draw_early = first_picture
    started = time.monotonic()
    if device == "cpu":
        threads.choose(arguments.batch_size)
        training.slow = lambda: threads.choose(arguments.batch_size)  # the machine has become busy
    loader = training.loader(data.loader(images, arguments.batch_size))
    try:
        with closing(training):
            losses = train(model.to(device), loader, epochs, arguments.learning_rate, device)
        status, history = _losses(losses, epochs, training.history)
    except KeyboardInterrupt:
        status, history = INTERRUPTED, training.history
        say(
            f"중단했습니다. 지금까지({len(history)}/{epochs} 에폭) 학습한 결과를 저장합니다: {out}",
            f"Interrupted. Saving what was learnt so far ({len(history)} of {epochs} epochs): {out}",
        )
    except Exception as error:  # noqa: BLE001 - the student's loop, and all that it calls
        return told(error)
    about = {
        "dataset": dataset,
        "images": len(images),
        "epochs": epochs,
        "batch_size": arguments.batch_size,
        "learning_rate": arguments.learning_rate,
        "latent_dim": model.latent_dim,
        "device": device,
        "threads": torch.get_num_threads(),
        "seed": torch.initial_seed(),
        "seconds": round(time.monotonic() - started, 2),
        "interrupted": status == INTERRUPTED,
        "nats_per_image": history,
        "versions": _versions(),
    }
    _keep_earlier(out)
    if _save(out, model.state_dict(), about):
        return 1
    drawn = pictures.draw(model, history, dataset, images, test_images, out, device)
    explored = explorer.write(model, test_images, out)
    if not (status or drawn or explored):
        print(str(NEXT).format(out=out, page=out / explorer.NAME))
    return status or drawn or explored


def _unwritable(out: Path) -> int:
    """Make the folder. Returns 1 and prints why if it cannot be made, else 0."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return unsaved(f"--out {out}", error)
    return 0


def _absent(device: str) -> int:
    """Return 1 and print why if there is no such device, else 0."""
    import torch

    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError):  # AssertionError if torch was built without CUDA
        return say(
            f"--device {device}: 이 컴퓨터에는 없는 장치입니다. --device cpu를 쓰세요.",
            f"--device {device}: this machine does not have it. Use --device cpu.",
        )
    return 0


def _save(out: Path, weights: dict, about: dict) -> int:
    """Write model.pt and run.json. Returns 1 and prints why if that fails, else 0."""
    import torch

    try:
        torch.save({name: value.cpu() for name, value in weights.items()}, out / "model.pt")
        (out / "run.json").write_text(json.dumps(about, indent=2), encoding="utf-8")
    except (OSError, RuntimeError) as error:  # torch's own writer raises RuntimeError
        return unsaved(out, error)
    return 0


def _images(dataset: str) -> tuple:
    """The dataset's name, its training and its test images: the digits if MNIST is not available."""
    from vae import data

    try:
        images = [data.load(dataset, train, progress=True) for train in (True, False)]
    except data.DataUnavailable as error:
        ko, en = error.args
        say(f"{ko}\n대신 digits로 학습합니다.", f"{en}\nTraining on the digits instead.")
        return "digits", data.load("digits", True), data.load("digits", False)
    return dataset, *images


def _student(epochs: int) -> tuple:
    """A new model, the student's `train`, and the log of the training."""
    import vae.loss
    from vae.desk.training_log import Training
    from vae.model import VAE

    training = Training(epochs)
    training.watch(vae.loss)

    # After `watch`, so that it gets the watched functions however it imports them.
    from vae.training import train

    return VAE(), train, training


def _losses(losses: object, epochs: int, seen: list[dict[str, float]]) -> tuple[int, list[dict[str, float]]]:
    """(0, the losses that `train` returned, with their two terms), or (1, what the log saw) if they are not `epochs` floats."""
    if not isinstance(losses, list) or len(losses) != epochs or {type(loss) for loss in losses} != {float}:
        say(
            f"vae/training.py: train이 float {epochs}개의 리스트를 돌려주지 않았습니다. 확인하려면: python -m vae check 3b",
            f"vae/training.py: train did not return a list of {epochs} floats. To check it: python -m vae check 3b",
        )
        return 1, seen
    print(f"{text('손실', 'loss')}: {losses[0]:.1f} -> {losses[-1]:.1f} nats")
    terms = seen if len(seen) == epochs else [{} for _ in losses]
    return 0, [{**each, "loss": loss} for each, loss in zip(terms, losses, strict=True)]


def _keep_earlier(out: Path) -> None:
    """Move the files of the previous run into `previous`, replacing what is there."""
    from vae.desk import explorer
    from vae.desk.pictures import NAMES

    if not (out / "run.json").exists():
        return
    shutil.rmtree(out / "previous", ignore_errors=True)
    (out / "previous").mkdir(exist_ok=True)
    for name in ("run.json", "model.pt", explorer.NAME, *(f"{picture}.png" for picture in NAMES)):
        if (out / name).exists():
            (out / name).replace(out / "previous" / name)


def _best_device() -> str:
    import torch

    available = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    return next(name for name, there in available.items() if there)


def _versions() -> dict[str, str]:
    """The versions of Python, the system, and the packages that affect the numbers."""
    import torch

    packages = {name: metadata.version(name) for name in ("torchvision", "numpy", "scikit-learn")}
    own = {
        "python": platform.python_version(),
        "system": platform.platform(),
        "torch": str(torch.__version__),
    }
    return {**own, **packages}
