"""``autograder report``. Exit status: 0 all pages are drawn, 2 there is nothing to draw, 3 some results can't be read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.commands.summary import shown, tell
from autograder.commands.terminal import AsJson, HomeworkFolder, Language, Quiet, app
from autograder.messages import Message, Refusal

FEW = 5  # files that a message names


@app.command()
def report(
    out: Annotated[Path, typer.Argument(help="The folder that `grade` wrote. / grade가 쓴 폴더.")],
    lang: Annotated[Language, typer.Option(help="Language of the pages. / 페이지 언어.")] = Language.en,
    quiet: Quiet = False,
    as_json: AsJson = False,
    homework_folder: HomeworkFolder = None,
) -> None:
    """Draw all pages again from the results, without grading. / 다시 채점하지 않고 보고서만 새로 만듭니다."""
    from autograder.files import inert, write_atomically
    from autograder.outfolder import sole_use
    from autograder.report import write_reports
    from autograder.report.reading import listed, read_results
    from autograder.results import to_csv

    try:
        graded = read_results(out)
        if not graded.results:
            raise Refusal(Message("report_command.no_results", {"path": str(out)}))
        with sole_use(out):
            present = listed(out)
            files = {
                name: file
                for name, file in graded.names.items()
                if present is None or inert(name).strip() in present
            }
            results = [graded.results[file] for file in files.values()]
            unreadable = {path: path.removesuffix(".json") for path in graded.unreadable}
            write_reports(out, results, lang.value, {**unreadable, **files})
            if not (out / "grades.csv").exists():  # an existing one may have rows that can't be read now
                write_atomically(out / "grades.csv", to_csv(results))
    except OSError as fault:
        raise Refusal(Message("cli.out_unwritable", {"out": str(fault.filename or out)})) from None
    tell(results, out, graded.names, lang.value, quiet, as_json)
    if graded.unreadable:
        names = ", ".join(map(shown, graded.unreadable[:FEW])) + (
            " ..." if len(graded.unreadable) > FEW else ""
        )
        values = {"count": len(graded.unreadable), "names": names, "out": str(out)}
        raise Refusal(Message("report_command.unreadable", values), status=3)
