"""What the commands share: the application, common options, and output to the user."""

from __future__ import annotations

import os
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

from autograder import kit
from autograder.messages import Message, Refusal, words

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Grade homework. / 과제를 채점합니다.",
)


class Device(str, Enum):
    cpu = "cpu"
    cuda = "cuda"


class Language(str, Enum):
    en = "en"
    ko = "ko"


def _use(folder: Path | None) -> None:
    """Make this command, and all processes that it starts, use the homework in a folder. Raises Refusal."""
    from autograder.homework import homework

    if folder is None:
        return
    if not (folder / kit.NAME).is_file():
        raise Refusal(Message("settings.folder", {"path": str(folder / kit.NAME)}))
    os.environ[kit.CHOICE] = str(folder.resolve())
    homework.cache_clear()
    homework()


def known_dataset(name: str) -> str:
    """The data set that was asked for, or the homework's first one. Raises BadParameter for an unknown one."""
    from autograder.homework import homework

    try:
        return homework().dataset(name)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


HomeworkFolder = Annotated[
    Path | None,
    typer.Option(
        "--homework",
        metavar="DIR",
        is_eager=True,
        callback=_use,
        help="Another homework: the folder with its homework.toml. / 다른 과제: homework.toml이 있는 폴더.",
    ),
]
DataRoot = Annotated[Path | None, typer.Option(help="Folder that holds the data. / 데이터가 있는 폴더.")]
Jobs = Annotated[int, typer.Option(min=1, help="Submissions to grade at a time. / 동시에 채점할 제출물 수.")]
Seed = Annotated[int | None, typer.Option(min=0, help="Seed of the hidden inputs. / 숨겨진 입력의 시드.")]
AllowWeak = Annotated[
    bool,
    typer.Option("--allow-weak-isolation", help="Grade even without a sandbox. / 격리 없이도 채점."),
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print only what went wrong. / 문제가 있을 때만 출력.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table. / 표 대신 JSON.")]


@app.callback()
def _autograder() -> None:
    """Grade homework. / 과제를 채점합니다."""


def usable_homework() -> None:
    """Raise Refusal if the homework can't be graded, before there is work that could be lost."""
    from autograder import misfits

    misfits.refuse()


def usable_device(device: str) -> None:
    """Raise Refusal if torch, asked in a process of its own, sees no such device."""
    seen = "import sys, torch; sys.exit(not torch.cuda.is_available())"
    command = [sys.executable, "-c", seen]
    if device == "cuda" and subprocess.run(command, stderr=subprocess.DEVNULL, cwd="/").returncode:
        raise Refusal(Message("cli.no_cuda"))


def usable_data(dataset: str, root: Path | None) -> None:
    """Say why and exit with status 2 if this data set can't be loaded; a homework's first one is always there."""
    from autograder.homework import homework

    if dataset == homework().dataset(""):
        return
    if fault := kit.module("data").fault(dataset, root):
        typer.echo(fault, err=True)
        raise typer.Exit(2)


def write(path: Path, content: bytes) -> None:
    """Write a file at exactly this path. Raises Refusal if that can't be done."""
    from autograder.files import write_atomically

    if path.is_dir():
        raise Refusal(Message("cli.is_folder", {"path": str(path)}))
    try:
        write_atomically(path, content)
    except OSError:
        raise Refusal(Message("cli.unwritable", {"path": str(path)})) from None


@contextmanager
def progress(total: int, language: str, quiet: bool = False) -> Iterator[Callable[[], None]]:
    """Show a progress bar; call the yielded function whenever one more is done. A Refusal before that hides the bar."""
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
