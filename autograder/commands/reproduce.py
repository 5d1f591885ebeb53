"""``autograder reproduce``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.commands.terminal import (
    AllowWeak,
    DataRoot,
    HomeworkFolder,
    Language,
    app,
    say,
    usable_data,
    usable_device,
    usable_homework,
)
from autograder.messages import Refusal, words
from autograder.results import number

if TYPE_CHECKING:
    from autograder.reproduce import Comparison


@app.command()
def reproduce(
    result: Annotated[Path, typer.Argument(help="A file in OUT/results. / OUT/results의 파일.")],
    submission: Annotated[
        Path,
        typer.Argument(
            help="The graded submission (folder or zip), or its class. / 채점한 제출물(폴더나 zip), 또는 그 반."
        ),
    ],
    data_root: DataRoot = None,
    lang: Annotated[Language, typer.Option(help="Language of the output. / 출력 언어.")] = Language.en,
    allow_weak_isolation: AllowWeak = False,
    homework_folder: HomeworkFolder = None,
) -> None:
    """Grade again as a result records it; status 1 if anything differs. / 기록된 대로 다시 채점해 비교합니다. 다르면 종료 코드 1."""
    from autograder import reproduce as reproducing

    usable_homework()
    recorded = reproducing.read(result)
    source = reproducing.source(submission, recorded)
    usable_device(recorded.device)
    usable_data(recorded.dataset, data_root)
    compared = reproducing.again(recorded, source, data_root, allow_weak_isolation)
    if compared.now.status == "failed":
        raise Refusal(compared.now.notes[-1], status=3)
    _print_comparison(compared, lang.value)
    for circumstance in compared.circumstances:
        say(circumstance, lang.value)
    say(compared.verdict, lang.value)
    if not compared.same:
        raise typer.Exit(1)


def _print_comparison(compared: Comparison, language: str) -> None:
    table = Table()
    for heading in ("check", "recorded", "now"):
        table.add_column(words(f"reproduce.column.{heading}", language))
    for pair in compared.pairs:
        cells = [
            "-" if check is None else f"{check.outcome}, {number(check.points)} / {number(check.max_points)}"
            for check in (pair.recorded, pair.now)
        ]
        table.add_row(Text(pair.id), *map(Text, cells), style="" if pair.same else "bold red")
    Console().print(table)
