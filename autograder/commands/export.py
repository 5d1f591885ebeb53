"""``autograder export``: the scores of a graded class into the LMS's own gradebook file."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from autograder.commands.terminal import Language, app, say, write
from autograder.messages import Message


class LMS(str, Enum):
    canvas = "canvas"
    moodle = "moodle"
    gradescope = "gradescope"
    csv = "csv"


@app.command()
def export(
    lms: Annotated[LMS, typer.Argument(help="Whose gradebook it is. / 어느 LMS의 성적 파일인지.")],
    graded: Annotated[Path, typer.Argument(help="The OUT of `grade`. / grade의 OUT 폴더.")],
    gradebook: Annotated[
        Path,
        typer.Argument(help="The file as downloaded; it is filled in. / 내려받은 성적 파일. 점수를 채움."),
    ],
    out: Annotated[Path | None, typer.Option(help="Write there instead. / 원본 대신 쓸 파일.")] = None,
    feedback: Annotated[
        Path | None, typer.Option(help="Zip of feedback pages to write. / 피드백을 묶어 쓸 zip.")
    ] = None,
    marks: Annotated[
        Path | None,
        typer.Option(help="The marks.csv of `join` instead of the scores. / 점수 대신 join의 marks.csv."),
    ] = None,
    id_column: Annotated[str | None, typer.Option(help="Heading of the ids. / 학번(ID) 열의 이름.")] = None,
    score_column: Annotated[str | None, typer.Option(help="Heading of the scores. / 점수 열의 이름.")] = None,
    scale: Annotated[
        bool,
        typer.Option("--scale", help="Convert to the gradebook's maximum. / 성적 파일의 만점에 맞춰 환산."),
    ] = False,
    lang: Annotated[Language, typer.Option(help="Language of the messages. / 메시지 언어.")] = Language.en,
) -> None:
    """Fill scores into an LMS's gradebook file. / LMS의 성적 파일에 점수를 채웁니다."""
    from autograder import handback
    from autograder.table import Table

    channel = handback.CHANNELS[lms.value]
    handed = handback.read_roster(graded)
    if marks is not None:
        handed = handback.with_marks(handed, marks)
    table = Table.read(gradebook)
    where = handback.columns(channel, table, id_column, score_column)
    filled = handback.fill(channel, table, where, handed, scale)
    target = out or gradebook
    pages = handback.feedback_zip(channel, graded, handed) if feedback else None
    if feedback and pages:
        write(feedback, pages[0])
    write(target, filled.content)
    values = {"path": str(target), "count": filled.matched, "changed": filled.changed}
    say(Message("export.filled", values), lang.value)
    for what in ("unknown", "absent", "kept", "unscored"):
        names = getattr(filled, what)
        if names:
            say(Message(f"export.{what}", {"count": len(names), "names": ", ".join(names)}), lang.value)
    if feedback and pages:
        say(Message("export.feedback", {"path": str(feedback), "missing": len(pages[1])}), lang.value)
