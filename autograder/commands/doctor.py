"""``autograder doctor``."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from autograder.commands.terminal import DataRoot, HomeworkFolder, Language, app, usable_homework
from autograder.messages import words

LEVEL_STYLE = {"good": "green", "note": "yellow", "bad": "bold red"}


@app.command()
def doctor(
    data_root: DataRoot = None,
    lang: Annotated[Language, typer.Option(help="Language of the output. / 출력 언어.")] = Language.en,
    homework_folder: HomeworkFolder = None,
) -> None:
    """Say what this machine can do, and how to fix what it can't. / 이 컴퓨터로 채점할 수 있는지 확인합니다."""
    from autograder import doctor as examining

    usable_homework()
    levels = set()
    for finding in examining.examine(data_root):
        levels.add(finding.level)
        mark = Text(words(f"doctor.mark.{finding.level}", lang.value), style=LEVEL_STYLE[finding.level])
        Console().print(mark, Text(finding.message.text(lang.value)), soft_wrap=True)
    if "bad" in levels:
        raise typer.Exit(1)
