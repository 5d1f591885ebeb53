"""``autograder grade``.

Exit status: 0 every submission has a result, 2 unusable arguments, 3 some submission could not be given a result
or the machine is at fault, 130 interrupted.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
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
    Device,
    HomeworkFolder,
    Jobs,
    Language,
    Quiet,
    Seed,
    app,
    known_dataset,
    progress,
    say,
    usable_data,
    usable_device,
    usable_homework,
)
from autograder.messages import Message, Refusal, words
from autograder.results import number
from autograder.workers import CORES

if TYPE_CHECKING:
    from autograder.classroom import Asked, Done
    from autograder.outfolder import Change


@app.command()
def grade(
    submissions: Annotated[
        Path, typer.Argument(help="A class, or one submission: folder or zip. / 제출물 폴더나 zip.")
    ],
    out: Annotated[Path, typer.Option(help="Folder for the results. / 결과를 쓸 폴더.")],
    jobs: Jobs = CORES,
    dataset: Annotated[
        str,
        typer.Option(
            metavar="NAME", callback=known_dataset, help="Data for the short run. / 짧은 학습에 쓸 데이터."
        ),
    ] = "",
    data_root: DataRoot = None,
    device: Annotated[Device, typer.Option(help="Device to train on. / 학습 장치.")] = Device.cpu,
    lang: Annotated[Language, typer.Option(help="Language of the feedback. / 피드백 언어.")] = Language.en,
    seed: Seed = None,
    only: Annotated[str | None, typer.Option(help="Grade only this submission. / 이 제출물만 채점.")] = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Grade on the Dask cluster at this address. / 이 주소의 Dask 클러스터에서 채점.",
        ),
    ] = None,
    overrides: Annotated[
        Path | None,
        typer.Option(
            help="CSV of points set by hand; default: OUT/overrides.csv. / 직접 정한 점수 CSV. 기본은 OUT/overrides.csv."
        ),
    ] = None,
    only_changed: Annotated[
        bool,
        typer.Option(
            "--only-changed",
            help="After a check was fixed: compare old and new scores, keep the old results. / 검사를 고친 뒤 이전 점수와 비교하고 이전 결과를 보관.",
        ),
    ] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start over. / 처음부터 다시.")] = False,
    allow_weak_isolation: AllowWeak = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
    homework_folder: HomeworkFolder = None,
) -> None:
    """Grade a class. / 한 반을 채점합니다."""
    from autograder import classroom, intake

    usable_homework()
    _usable_out(out, submissions)
    usable_device(device.value)
    if cluster is None:  # else the workers look for it on their machines
        usable_data(dataset, data_root)
    sources = intake.find(submissions)
    if only is not None and only not in {source.name for source in sources}:
        raise Refusal(Message("cli.no_such_submission", {"name": only, "path": str(submissions)}))
    asked = classroom.Asked(
        sources=sources,
        out=out,
        passed_over=sources.passed_over,
        only=None if only is None else (only,),
        dataset=dataset,
        data_root=data_root,
        device=device.value,
        language=lang.value,
        seed=seed,
        jobs=jobs,
        overrides=overrides,
        only_changed=only_changed,
        fresh=fresh,
        allow_weak=allow_weak_isolation,
        cluster=cluster,
    )
    try:
        with progress(len(sources if only is None else [only]), lang.value, quiet) as advance:
            done = classroom.grade_class(asked, lambda result: advance())
    except KeyboardInterrupt:
        raise Refusal(Message("cli.interrupted", {"out": str(out)}), status=130) from None
    tell(done.results, out, done.folder.names, lang.value, quiet, as_json)
    if not (quiet or as_json):
        for message in _remarks(asked, done):
            say(message, lang.value)
    if sources.passed_over and not as_json:
        names = ", ".join(str(each.values["path"]) for each in sources.passed_over)
        values = {"count": len(sources.passed_over), "names": names, "page": str(out / "index.html")}
        typer.echo(shown(Message("cli.passed_over", values).text(lang.value), WIDE), err=quiet)
    if done.failed:
        raise Refusal(Message("cli.some_failed", {"count": done.failed, "out": str(out)}), status=3)


def _remarks(asked: Asked, done: Done) -> Iterator[Message]:
    """The remarks below the table; prints the changed scores."""
    if done.folder.history is not None:
        _print_changes(done.changes, asked.language)
        values = {"again": len(done.changes), "differing": sum(each.differs for each in done.changes)}
        yield Message("cli.regraded", {**values, "kept": len(done.results) - len(done.changes)})
        if done.changes:
            yield Message("cli.history", {"path": str(done.folder.history)})
    if done.alike:
        yield Message("cli.identical", {"count": done.alike, "path": str(asked.out / "identical.csv")})
    if done.overrides:
        yield Message("cli.overridden", {"count": done.overrides})
    if done.jobs < asked.jobs:
        yield Message("machine.fewer_jobs", {"jobs": done.jobs, "asked": asked.jobs})
    yield from done.remarks


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


def _print_changes(changes: Sequence[Change], language: str) -> None:
    """Print the old and the new score of each submission that was graded again."""
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
