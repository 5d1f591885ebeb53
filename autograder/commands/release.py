"""``autograder release``. Exit status: 0 built, 1 refused by the gate, 2 unusable arguments, 3 nothing can be graded here."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from autograder.commands.terminal import HomeworkFolder, Language, app, say, usable_homework
from autograder.homework import homework
from autograder.messages import LANGUAGES, Message, Refusal
from autograder.release.build import Target

STEPS_OF_THE_GATE = 3


@app.command()
def release(
    channels: Annotated[
        list[Target] | None, typer.Argument(help="What to build; default: all. / 만들 것. 기본은 전부.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder to build in. / 만들 폴더.")] = Path("release/dist"),
    lang: Annotated[
        Language,
        typer.Option(
            help="Language of nbgrader's notebook and of the messages. / nbgrader 노트북과 메시지의 언어."
        ),
    ] = Language.en,
    handout_url: Annotated[
        str,
        typer.Option(
            metavar="URL",
            help="Where Colab downloads the hand-out's zip; without it, students upload the zip. / Colab이 과제 zip을 내려받을 주소. 없으면 학생이 직접 올림.",
        ),
    ] = "",
    homework_folder: HomeworkFolder = None,
) -> None:
    """Build what students and instructors get. / 학생과 교수자에게 줄 자료를 만듭니다."""
    from autograder.release import build as releasing

    usable_homework()
    names = [channel.value for channel in channels or Target]
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True)) as progress:
        steps = len({"student", *names}) + STEPS_OF_THE_GATE
        begun = count()

        def tell(step: Message) -> None:
            if not progress.tasks:
                progress.add_task("", total=steps)
            progress.update(TaskID(0), description=step.text(lang.value), completed=next(begun))

        try:
            built = releasing.release(names, out, lang.value, handout_url, tell)
        except releasing.GateClosed as closed:
            violations = closed.violations
        else:
            violations = []
            progress.update(TaskID(0), completed=steps)
    for violation in violations:
        for language in reversed(LANGUAGES):
            typer.echo(violation.text(language), err=True)
    if violations:
        raise Refusal(Message("release.refused", {"count": len(violations), "out": str(out)}), status=1)
    for folder in built:
        page = homework().recipes / folder.name / ("README.md" if lang is Language.en else "README.ko.md")
        say(Message("release.built", {"path": str(folder), "page": str(page)}), lang.value)
