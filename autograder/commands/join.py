"""``autograder join``: join code points and written marks into one mark."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.commands.terminal import HomeworkFolder, Language, app, say, usable_homework, write
from autograder.messages import Message, Refusal


@app.command()
def join(
    grades: Annotated[Path, typer.Argument(help="grades.csv from `grade`. / grade의 grades.csv.")],
    marks: Annotated[
        Path,
        typer.Argument(help="CSV of the written marks; created if missing. / 서술형 점수 CSV. 없으면 만듦."),
    ],
    out: Annotated[Path, typer.Option(help="CSV to write. / 쓸 CSV.")] = Path("marks.csv"),
    lang: Annotated[Language, typer.Option(help="Language of the messages. / 메시지 언어.")] = Language.en,
    homework_folder: HomeworkFolder = None,
) -> None:
    """Join code points and written marks into one mark. / 코드 점수와 서술형 점수를 하나로 합칩니다."""
    from autograder.gradebook import written
    from autograder.homework import homework

    usable_homework()
    asked = written.asked(lang.value)
    names = written.names(grades)
    if not marks.exists():
        write(marks, written.form(names, asked))
        values = {"path": str(marks), "count": len(names), "rubric": str(written.rubric())}
        say(Message("cli.form_written", values), lang.value)
        return
    if out.resolve() in (grades.resolve(), marks.resolve()):
        raise Refusal(Message("cli.out_is_read", {"path": str(out)}))
    joined = written.join(grades, marks, asked, homework())
    write(out, written.to_csv(joined, asked, homework()))
    waiting = sum(row.mark is None for row in joined)
    say(Message("cli.joined", {"path": str(out), "count": len(joined), "waiting": waiting}), lang.value)
