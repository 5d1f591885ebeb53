"""What the commands share: the application, kinds of options, and how to speak to who gave the command."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from autograder.messages import Message, Refusal, words

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Grade VAE homework. / VAE 과제를 채점합니다.",
)


class Dataset(str, Enum):
    digits = "digits"
    mnist = "mnist"


class Device(str, Enum):
    cpu = "cpu"
    cuda = "cuda"


class Language(str, Enum):
    en = "en"
    ko = "ko"


DataRoot = Annotated[Path | None, typer.Option(help="Folder that holds MNIST. / MNIST가 있는 폴더.")]
Jobs = Annotated[int, typer.Option(min=1, help="Submissions at a time. / 동시에 채점할 수.")]
Seed = Annotated[int | None, typer.Option(min=0, help="Seed of the hidden inputs. / 숨은 입력의 시드.")]
AllowWeak = Annotated[
    bool, typer.Option("--allow-weak-isolation", help="Grade without a sandbox. / 격리 없이 채점.")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Say nothing but what went wrong. / 문제만 알립니다.")]
AsJson = Annotated[bool, typer.Option("--json", help="Facts as JSON in place of a table. / 표 대신 JSON.")]


@app.callback()
def _autograder() -> None:
    """Grade VAE homework. / VAE 과제를 채점합니다."""


def usable_settings() -> None:
    """Raises Refusal where assignment.toml can't be used: before there is work that could be lost."""
    from autograder.settings import settings

    settings()


def usable_device(device: str) -> None:
    """Raises Refusal where torch, asked in a process of its own, sees no such device."""
    seen = "import sys, torch; sys.exit(not torch.cuda.is_available())"
    command = [sys.executable, "-c", seen]
    if device == "cuda" and subprocess.run(command, stderr=subprocess.DEVNULL, cwd="/").returncode:
        raise Refusal(Message("cli.no_cuda"))


def usable_data(dataset: str, root: Path | None) -> None:
    if dataset == "digits":
        return
    from autograder.checks import reference

    try:
        for train in (True, False):
            reference.data.load(dataset, train=train, root=root)
    except reference.data.DataUnavailable as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


def write(path: Path, content: bytes) -> None:
    """Write the file there, and nowhere else. Raises Refusal where that can't be."""
    from autograder.results import write_atomically

    if path.is_dir():
        raise Refusal(Message("cli.is_folder", {"path": str(path)}))
    try:
        write_atomically(path, content)
    except OSError:
        raise Refusal(Message("cli.unwritable", {"path": str(path)})) from None


@contextmanager
def progress(total: int, language: str, quiet: bool = False) -> Iterator[Callable[[], None]]:
    """A bar on the terminal; call what it gives whenever one more is done. Where nothing could begin it goes again."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("ETA"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), disable=quiet) as bar:
        task = bar.add_task(words("cli.grading", language), total=total)
        try:
            yield lambda: bar.advance(task)
        except Refusal:
            bar.update(task, visible=bar.tasks[0].completed > 0)
            raise


def say(message: Message, language: str) -> None:
    typer.echo(message.text(language))
