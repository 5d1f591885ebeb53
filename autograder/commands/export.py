"""``autograder export``: fill a graded class's scores into the LMS's own gradebook file."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.commands.terminal import HomeworkFolder, Language, app, say, write
from autograder.messages import Message, Refusal

if TYPE_CHECKING:
    from autograder.gradebook import Handed


class LMS(str, Enum):
    canvas = "canvas"
    moodle = "moodle"
    gradescope = "gradescope"
    csv = "csv"


class Of(str, Enum):
    total = "total"
    code = "code"
    written = "written"


@app.command()
def export(
    lms: Annotated[LMS, typer.Argument(help="The gradebook's LMS. / 성적 파일의 LMS.")],
    graded: Annotated[
        Path,
        typer.Argument(
            help="The OUT folder of `grade`, or nbgrader's course folder. / grade의 OUT 폴더, 또는 nbgrader 강좌 폴더."
        ),
    ],
    gradebook: Annotated[
        Path,
        typer.Argument(help="The downloaded gradebook, to be filled in. / 내려받은 성적 파일. 점수를 채움."),
    ],
    out: Annotated[Path | None, typer.Option(help="Write to this file instead. / 원본 대신 쓸 파일.")] = None,
    feedback: Annotated[
        Path | None, typer.Option(help="Zip of feedback pages to write. / 피드백을 묶어 쓸 zip.")
    ] = None,
    marks: Annotated[
        Path | None,
        typer.Option(
            help="File to use instead of the scores: marks.csv from `join`, or the one from `nbgrader export`. / 점수 대신 쓸 파일: join의 marks.csv, 또는 nbgrader export의 파일."
        ),
    ] = None,
    points: Annotated[Of, typer.Option(help="Which points to fill in. / 어느 점수를 채울지.")] = Of.total,
    id_column: Annotated[str | None, typer.Option(help="Heading of the ids. / 학번(ID) 열의 이름.")] = None,
    score_column: Annotated[str | None, typer.Option(help="Heading of the scores. / 점수 열의 이름.")] = None,
    scale: Annotated[
        bool,
        typer.Option("--scale", help="Convert to the gradebook's maximum. / 성적 파일의 만점에 맞춰 환산."),
    ] = False,
    lang: Annotated[Language, typer.Option(help="Language of the messages. / 메시지 언어.")] = Language.en,
    homework_folder: HomeworkFolder = None,
) -> None:
    """Fill scores into an LMS's gradebook file. / LMS의 성적 파일에 점수를 채웁니다."""
    from autograder.gradebook import CHANNELS, columns, feedback_zip, fill, only, with_marks
    from autograder.gradebook.table import Table

    channel = CHANNELS[lms.value]
    handed = _handed(graded)
    if marks is not None:
        handed = with_marks(handed, marks)
    if points is not Of.total:
        handed = only(handed, points.value)
    table = Table.read(gradebook)
    filled = fill(channel, table, columns(channel, table, id_column, score_column), handed, scale)
    target = out or gradebook
    pages = feedback_zip(channel, handed) if feedback else None
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


def _handed(graded: Path) -> list[Handed]:
    """Those who handed in, from an OUT folder of ``grade`` or from nbgrader's course folder. Raises Refusal."""
    from autograder.gradebook import read_roster

    if not (graded / "nbgrader_config.py").exists():
        return read_roster(graded)
    try:
        from autograder.nbgrader.marks import read_course
    except ImportError:
        raise Refusal(Message("export.no_nbgrader", {"path": str(graded)})) from None
    return read_course(graded)
