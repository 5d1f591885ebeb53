"""``autograder grade``. Exit status: 0 every submission has a result, 2 unusable arguments, 3 some submission
could not be given a result, 130 interrupted.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.commands.summary import WIDE, shown, tell
from autograder.commands.terminal import (
    AllowWeak,
    AsJson,
    DataRoot,
    Dataset,
    Device,
    Jobs,
    Language,
    Quiet,
    Seed,
    app,
    say,
    usable_data,
    usable_device,
    with_progress,
)
from autograder.messages import Message, Refusal, words
from autograder.results import number, write_atomically
from autograder.settings import settings
from autograder.workers import CORES, Stopped

if TYPE_CHECKING:
    from autograder.adjust import Adjuster
    from autograder.intake import Source
    from autograder.regrade import Change

IDENTICAL = "identical.csv"


@app.command()
def grade(
    submissions: Annotated[
        Path, typer.Argument(help="A class, or one submission: folder or zip. / 제출물 폴더나 zip.")
    ],
    out: Annotated[Path, typer.Option(help="Where results go. / 결과를 쓸 폴더.")],
    jobs: Jobs = CORES,
    dataset: Annotated[
        Dataset, typer.Option(help="Images of the short run. / 짧은 학습에 쓸 데이터.")
    ] = Dataset.digits,
    data_root: DataRoot = None,
    device: Annotated[Device, typer.Option(help="Where to train. / 학습 장치.")] = Device.cpu,
    lang: Annotated[Language, typer.Option(help="Language of the feedback. / 피드백 언어.")] = Language.en,
    seed: Seed = None,
    only: Annotated[str | None, typer.Option(help="Grade this submission alone. / 이 제출물만 채점.")] = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Grade on the Dask cluster there. / 그곳의 Dask 클러스터에서 채점."
        ),
    ] = None,
    overrides: Annotated[
        Path | None,
        typer.Option(
            help="Points set by hand; else OUT/overrides.csv. / 손으로 정한 점수. 없으면 OUT/overrides.csv."
        ),
    ] = None,
    only_changed: Annotated[
        bool,
        typer.Option(
            "--only-changed",
            help="After a check was corrected: compare old and new scores, keep the old results. / 채점 항목을 고친 뒤: 이전 점수와 비교하고 이전 결과를 보관.",
        ),
    ] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start over. / 처음부터 다시.")] = False,
    allow_weak_isolation: AllowWeak = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Grade a class. / 한 반을 채점합니다."""
    from autograder import classroom, handback, intake, regrade
    from autograder.intake import passed_over
    from autograder.run import Run

    _usable_out(out, submissions)
    usable_device(device.value)
    if cluster is None:  # else the workers look for it, where they are
        usable_data(dataset.value, data_root)
    everyone = intake.find(submissions)
    sources: list[Source] = everyone
    adjuster = _adjuster(overrides, out, sources)
    history = _history(out, fresh) if only_changed else None
    folder = classroom.Folder.of(out, sources, adjuster, history)
    if only is not None:
        sources = [source for source in sources if source.name == only]
        if not sources:
            raise Refusal(Message("cli.no_such_submission", {"name": only, "path": str(submissions)}))
    try:
        with classroom.sole_use(out):
            passed_over.write(out, everyone.passed_over)
            chosen = classroom.run_seed(out, seed, fresh)
            run = Run(settings(), dataset.value, data_root, device.value, chosen, lang.value)
            grading = classroom.grade_class(sources, folder, run, jobs, fresh, allow_weak_isolation, cluster)
            try:
                grading_shown = with_progress(grading, len(sources), lang.value, quiet)
                graded = {result.submission for result in grading_shown}
            except KeyboardInterrupt:
                grading.close()
                with suppress(OSError):
                    folder.write_grades()  # pages would take longer than one waits after Ctrl-C
                raise
            except Stopped:
                folder.write_summary(lang.value)
                raise
            results = [result for result in folder.write_summary(lang.value) if result.submission in graded]
            changes = regrade.changes(folder, results)
            handback.write_roster(out, everyone, folder.names)
            alike = _list_identical(out, everyone)
    except KeyboardInterrupt:
        raise Refusal(Message("cli.interrupted", {"out": str(out)}), status=130) from None
    tell(results, out, folder.names, lang.value, quiet, as_json)
    if not (quiet or as_json):
        if history is not None:
            _print_changes(changes, len(results), history, lang.value)
        if alike:
            say(Message("cli.identical", {"count": alike, "path": str(out / IDENTICAL)}), lang.value)
        if adjuster.overrides:
            say(Message("cli.overridden", {"count": len(adjuster.overrides)}), lang.value)
    if everyone.passed_over and not as_json:
        names = ", ".join(str(each.values["path"]) for each in everyone.passed_over)
        values = {"count": len(everyone.passed_over), "names": names, "page": str(out / "index.html")}
        typer.echo(shown(Message("cli.passed_over", values).text(lang.value), WIDE), err=quiet)
    failed = [result for result in results if result.status == "failed"]
    if failed:
        raise Refusal(Message("cli.some_failed", {"count": len(failed), "out": str(out)}), status=3)


def _adjuster(overrides: Path | None, out: Path, sources: list[Source]) -> Adjuster:
    """What changes points after grading. Raises Refusal before anything is graded."""
    from autograder import overrides as by_hand
    from autograder.adjust import Adjuster

    if overrides is None and (out / by_hand.NAME).exists():
        overrides = out / by_hand.NAME
    students = {source.name: source.origin.ids for source in sources}
    read = tuple(by_hand.read(overrides, students)) if overrides is not None else ()
    return Adjuster(settings(), {source.name: source.origin for source in sources}, read)


def _history(out: Path, fresh: bool) -> Path:
    from autograder import regrade

    if fresh:
        raise Refusal(Message("cli.fresh_changed"))
    if not any((out / "results").glob("*.json")):
        raise Refusal(Message("cli.nothing_before", {"out": str(out)}))
    return regrade.new_history(out)


def _list_identical(out: Path, sources: list[Source]) -> int:
    """Write identical.csv, or none where there is nothing to list; returns how many rows it has."""
    from autograder import identical, intake

    seen = identical.Fingerprints()
    for source in sources:
        with suppress(OSError):
            seen.add(intake.load(source))
    alike = seen.alike()
    if alike:
        write_atomically(out / IDENTICAL, identical.to_csv(alike))
    else:
        (out / IDENTICAL).unlink(missing_ok=True)
    return len(alike)


def _usable_out(out: Path, submissions: Path) -> None:
    inside = submissions.is_dir() and out.resolve() != submissions.resolve()
    if out.resolve() == submissions.resolve() or (inside and submissions.resolve() in out.resolve().parents):
        raise Refusal(Message("cli.out_inside", {"out": str(out)}))
    try:
        out.mkdir(parents=True, exist_ok=True)
        writable = os.access(out, os.W_OK)
    except OSError:
        writable = False
    if not writable:
        raise Refusal(Message("cli.out_unwritable", {"out": str(out)}))


def _print_changes(changes: list[Change], total: int, history: Path, language: str) -> None:
    """Old and new score of each submission that was graded again, side by side."""
    table = Table()
    for heading in ("submission", "before", "after"):
        table.add_column(
            words(f"cli.column.{heading}", language), justify="left" if heading == "submission" else "right"
        )
    for each in changes:
        scores = [number(points) or "-" for points in (each.before, each.after)]
        table.add_row(Text(each.submission), *scores, style="bold" if each.differs else "")
    if changes:
        Console().print(table)
    differing = sum(each.differs for each in changes)
    values = {"again": len(changes), "differing": differing, "kept": total - len(changes)}
    say(Message("cli.regraded", values), language)
    if changes:
        say(Message("cli.history", {"path": str(history)}), language)
