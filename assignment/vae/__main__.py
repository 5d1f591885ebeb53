"""The command line of the hand-out: `python -m vae check`, `train` and more. Given."""

from __future__ import annotations

import argparse
import sys
import traceback
from pathlib import Path

HANDOUT = Path(__file__).resolve().parents[1]
if not __package__:  # python path/to/vae check, from any folder
    sys.path[0] = str(HANDOUT)
EPOCHS = {"digits": 100, "mnist": 10}  # digits has 12 batches an epoch, MNIST 469


def check(arguments: argparse.Namespace) -> int:
    """Check a task, or the next unfinished one. Returns 0 where all checks that ran are green, else 1."""
    from vae.desk.tasks import TASKS

    if arguments.watch:
        from vae.desk.watch import watch

        return watch(arguments.task or TASKS)
    from vae.desk.check import check

    return check(arguments.task or TASKS, arguments.all)


def status(arguments: argparse.Namespace) -> int:
    """Show where the nine tasks stand. Returns 0 where all are done, else 1."""
    from vae.desk.check import status

    return status()


def hint(arguments: argparse.Namespace) -> int:
    """Give one more hint. Returns 1 where no task is left that needs one."""
    from vae.desk.check import hint

    return hint(arguments.task[0] if arguments.task else None, arguments.all)


def reset(arguments: argparse.Namespace) -> int:
    """Put one function back as it was handed out. Returns 1 where nothing was changed."""
    from vae.desk.reset import reset

    return reset(arguments.task[0], arguments.yes)


def several(word: str) -> list:
    """The tasks that a word means, for argparse."""
    from vae.desk.tasks import TASKS, named

    try:
        return named(word)
    except KeyError:
        names = ", ".join(f"{task.id} {task.function}" for task in TASKS)
        raise argparse.ArgumentTypeError(
            f"{word!r}: 이런 과제는 없습니다 / no such task. {names}; 1-4, model, loss, training, latent"
        ) from None


def single(word: str) -> list:
    """The one task that a word means, for argparse."""
    found = several(word)
    if len(found) > 1:
        names = ", ".join(task.id for task in found)
        raise argparse.ArgumentTypeError(f"{word!r}: 하나만 고르세요 / name one of them: {names}")
    return found


def train(arguments: argparse.Namespace) -> int:
    """Train a VAE with the four files and draw what it learnt. Returns 1 where something is missing."""
    from vae import data  # not at the top: `--help` and `check` answer at once, without torch
    from vae.model import VAE
    from vae.training import train as train_vae

    device = arguments.device if arguments.device != "auto" else _best_device()
    epochs = arguments.epochs or EPOCHS[arguments.dataset]
    try:
        images = data.load(arguments.dataset, train=True)
        test_images = data.load(arguments.dataset, train=False)
    except data.DataUnavailable as error:
        return _fail(str(error))
    try:
        arguments.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return _fail(
            f"--out {arguments.out}: 쓸 수 없으니 다른 폴더를 정하세요 / choose another ({error.strerror})"
        )
    try:
        model = VAE().to(device)
    except (RuntimeError, AssertionError):  # the second where torch was built without CUDA
        return _fail(
            f"--device {device}: 이 기계에 없습니다. --device cpu를 쓰세요 / not here, use --device cpu"
        )

    print(
        f"이미지 {len(images)}장, {epochs} 에폭, {device} / {len(images)} images, {epochs} epochs, {device}",
        flush=True,
    )
    try:
        losses = train_vae(
            model, data.loader(images, arguments.batch_size), epochs, arguments.learning_rate, device
        )
    except NotImplementedError as error:
        return _unfinished(error)
    print(f"손실 / loss: {losses[0]:.1f} -> {losses[-1]:.1f} nats")
    return draw(model, losses, images, test_images, arguments.out, device)


def draw(model, losses, images, test_images, out: Path, device: str) -> int:
    """Save every picture that the finished tasks allow. Returns 1 where a task is missing, else 0."""
    import torch

    from vae import latent, plots

    one_of_each = [test_images.images[test_images.labels == digit][:1] for digit in range(10)]
    x = torch.cat(one_of_each).to(device)
    # Scattered pixels: with a whole half hidden, iterated reconstruction loses to the mean image.
    known = torch.rand(x.shape, generator=torch.Generator().manual_seed(0)).lt(0.5).float().to(device)
    mean_image = images.images.mean(dim=0).to(device)

    def restored():
        return latent.restore(model, x, known, iterations=10)

    pictures = {
        "loss": lambda: plots.loss_curve(losses),
        "reconstructions": lambda: plots.reconstructions(model, x),
        "latent_map": lambda: plots.latent_map(model, test_images.images, test_images.labels),
        "samples": lambda: plots.samples(latent.generate(model, 64, device)),
        "interpolation": lambda: plots.interpolation(latent.interpolate(model, x[3:4], x[8:9], steps=11)),
        "restoration": lambda: plots.restoration(
            x, known, restored(), torch.where(known.bool(), x, mean_image)
        ),
    }
    status = 0
    for name, picture in pictures.items():
        try:
            picture().savefig(out / f"{name}.png", dpi=150)
            print(out / f"{name}.png")
        except NotImplementedError as error:
            status = _unfinished(error)
    return status


def _best_device() -> str:
    import torch

    available = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    return next(name for name, there in available.items() if there)


def _unfinished(error: NotImplementedError) -> int:
    """Name the file and the task that a stub stands for. Re-raises whatever is not a stub's."""
    if not str(error).startswith("Task "):
        raise error
    file = Path(traceback.extract_tb(error.__traceback__)[-1].filename)
    task = str(error).partition(":")[0].removeprefix("Task ")
    return _fail(f"vae/{file.name}: {error} (python -m vae check {task})")


def _fail(message: str) -> int:
    print(message, file=sys.stderr)
    return 1


def main() -> int:
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a console without Hangul shows "?" rather than a traceback
    parser = argparse.ArgumentParser(prog="python -m vae", description="VAE 과제 / the VAE assignment")
    commands = parser.add_subparsers(required=True, metavar="check|hint|status|reset|train")

    command = commands.add_parser("train", help="학습하고 그림 그리기 / train and draw pictures")
    command.add_argument("--dataset", choices=("digits", "mnist"), default="digits", help="default: digits")
    command.add_argument("--epochs", type=int, help="default: 100 (digits), 10 (mnist)")
    command.add_argument("--batch-size", type=int, default=128, help="default: 128")
    command.add_argument("--learning-rate", type=float, default=1e-3, help="default: 0.001")
    command.add_argument(
        "--device", choices=("auto", "cpu", "cuda", "mps"), default="auto", help="default: auto"
    )
    command.add_argument(
        "--out", type=Path, default=Path("runs"), help="그림을 둘 폴더 / folder for pictures (runs)"
    )
    command.set_defaults(run=train)

    command = commands.add_parser("check", help="공개 검사 실행 / run the public checks")
    command.add_argument(
        "task", nargs="?", type=several, metavar="TASK", help="2b, 2, kl_divergence, loss ..."
    )
    command.add_argument(
        "--all", action="store_true", help="모든 과제의 검사 / every task, not the next one alone"
    )
    command.add_argument("--watch", action="store_true", help="저장할 때마다 다시 / again at every save")
    command.set_defaults(run=check)

    command = commands.add_parser("hint", help="힌트 하나 더 / one more hint")
    command.add_argument("task", nargs="?", type=single, metavar="TASK", help="2b, kl_divergence ...")
    command.add_argument("--all", action="store_true", help="힌트 모두 / all of the task's hints")
    command.set_defaults(run=hint)

    command = commands.add_parser("status", help="과제 아홉 개의 진행 / where the nine tasks stand")
    command.set_defaults(run=status)

    command = commands.add_parser("reset", help="함수 하나를 처음 상태로 / one function as it was handed out")
    command.add_argument("task", type=single, metavar="TASK", help="2b, kl_divergence ...")
    command.add_argument("--yes", action="store_true", help="묻지 않기 / do not ask")
    command.set_defaults(run=reset)

    from vae.desk import environment

    failure = environment.problem()
    if failure:
        return _fail(str(failure))
    arguments = parser.parse_args()
    if any(number <= 0 for number in vars(arguments).values() if type(number) in (int, float)):
        parser.error("0보다 큰 수를 쓰세요 / numbers must be greater than 0")
    try:
        return arguments.run(arguments)
    except KeyboardInterrupt:
        return 130
    except (
        ImportError,
        OSError,
        RuntimeError,
    ) as error:  # a package that is missing, broken, or does not fit
        failure = environment.of_error(error)
        if failure is None:
            raise
    return _fail(str(failure))


if __name__ == "__main__":
    sys.exit(main())
