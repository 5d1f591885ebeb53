"""The command line: parse, call, print; nothing else.

Exit status of ``grade``: 0 every submission has a result, 2 unusable arguments, 3 some submission could
not be given a result, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, Optional, TypeVar

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
    track,
)
from rich.table import Table
from rich.text import Text

from autograder import kit
from autograder.messages import Message, Refusal, words
from autograder.results import Result, number
from autograder.sandbox.client import SandboxFault
from autograder.settings import PARTS
from autograder.workers import Stopped

if TYPE_CHECKING:
    from autograder.reproduce import Comparison

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Grade VAE homework. / VAE 과제를 채점합니다.",
)
# Some releases of Typer bring a click of their own, others import it: this is the one that is in use.
ClickException: Any = typer.BadParameter.__mro__[2]
T = TypeVar("T")
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
STATUS_STYLE = {
    "graded": "green",
    "timeout": "yellow",
    "crashed": "yellow",
    "rejected": "red",
    "failed": "bold red",
}


LEVEL_STYLE = {"good": "green", "note": "yellow", "bad": "bold red"}


class Dataset(str, Enum):
    digits = "digits"
    mnist = "mnist"


class Device(str, Enum):
    cpu = "cpu"
    cuda = "cuda"


class Language(str, Enum):
    en = "en"
    ko = "ko"


@app.callback()
def _autograder() -> None:
    """Grade VAE homework. / VAE 과제를 채점합니다."""


@app.command()
def grade(
    submissions: Annotated[
        Path, typer.Argument(help="A class, or one submission: folder or zip. / 제출물 폴더나 zip.")
    ],
    out: Annotated[Path, typer.Option(help="Where results go. / 결과를 쓸 폴더.")],
    jobs: Annotated[int, typer.Option(min=1, help="Submissions at a time. / 동시에 채점할 수.")] = CORES,
    dataset: Annotated[
        Dataset, typer.Option(help="Images of the short run. / 짧은 학습에 쓸 데이터.")
    ] = Dataset.digits,
    data_root: Annotated[
        Optional[Path], typer.Option(help="Folder that holds MNIST. / MNIST가 있는 폴더.")
    ] = None,
    device: Annotated[Device, typer.Option(help="Where to train. / 학습 장치.")] = Device.cpu,
    lang: Annotated[Language, typer.Option(help="Language of the feedback. / 피드백 언어.")] = Language.en,
    seed: Annotated[
        Optional[int], typer.Option(min=0, help="Seed of the hidden inputs. / 숨은 입력의 시드.")
    ] = None,
    only: Annotated[
        Optional[str], typer.Option(help="Grade this submission alone. / 이 제출물만 채점.")
    ] = None,
    cluster: Annotated[
        Optional[str],
        typer.Option(
            metavar="ADDRESS", help="Grade on the Dask cluster there. / 그곳의 Dask 클러스터에서 채점."
        ),
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start over. / 처음부터 다시.")] = False,
    allow_weak_isolation: Annotated[
        bool, typer.Option("--allow-weak-isolation", help="Grade without a sandbox. / 격리 없이 채점.")
    ] = False,
) -> None:
    """Grade a class. / 한 반을 채점합니다."""
    from autograder import classroom, intake
    from autograder.run import Run
    from autograder.settings import settings

    _usable_out(out, submissions)
    _usable_device(device.value)
    if cluster is None:  # else the workers look for it, where they are
        _usable_data(dataset.value, data_root)
    sources = intake.find(submissions)
    folder = classroom.Folder.of(out, sources)
    if only is not None:
        sources = [source for source in sources if source.name == only]
        if not sources:
            raise Refusal(Message("cli.no_such_submission", {"name": only, "path": str(submissions)}))
    try:
        with classroom.sole_use(out):
            chosen = classroom.run_seed(out, seed, fresh)
            run = Run(settings(), dataset.value, data_root, device.value, chosen, lang.value)
            grading = classroom.grade_class(sources, folder, run, jobs, fresh, allow_weak_isolation, cluster)
            try:
                results = _with_progress(grading, len(sources), lang.value)
            except KeyboardInterrupt:
                grading.close()
                with suppress(OSError):
                    folder.write_grades()  # pages would take longer than one waits after Ctrl-C
                raise
            except Stopped:
                folder.write_summary(lang.value)
                raise
            folder.write_summary(lang.value)
    except KeyboardInterrupt:
        raise Refusal(Message("cli.interrupted", {"out": str(out)}), status=130) from None
    _print_results(results, lang.value)
    _say(
        Message("cli.report_at", {"path": str(out / "index.html"), "csv": str(out / "grades.csv")}),
        lang.value,
    )
    failed = [result for result in results if result.status == "failed"]
    if failed:
        raise Refusal(Message("cli.some_failed", {"count": len(failed), "out": str(out)}), status=3)


@app.command()
def audit(
    bank: Annotated[
        Path,
        typer.Option(help="Folder with right/, wrong/ and hostile/. / right/, wrong/, hostile/이 있는 폴더."),
    ] = kit.BANK,
    jobs: Annotated[int, typer.Option(min=1, help="Submissions at a time. / 동시에 채점할 수.")] = CORES,
    seed: Annotated[
        Optional[int], typer.Option(min=0, help="Seed of the hidden inputs. / 숨은 입력의 시드.")
    ] = None,
    lang: Annotated[Language, typer.Option(help="Language of the messages. / 메시지 언어.")] = Language.en,
) -> None:
    """Grade the kit's own bank and show every miss. / 준비된 정답·오답·공격 모음을 채점해 놓친 것을 보여 줍니다."""
    from autograder import audit as auditing
    from autograder import classroom
    from autograder.bank import entries
    from autograder.run import Run
    from autograder.settings import settings

    kinds = [kind for kind in ("wrong", "right", "hostile") if entries(bank, kind)]
    total = sum(len(entries(bank, kind)) for kind in kinds)
    if not total:
        raise Refusal(Message("cli.empty_bank", {"path": str(bank)}))
    chosen = classroom.fresh_seed() if seed is None else seed
    run = Run(settings(), "digits", None, "cpu", chosen, lang.value)
    findings = _with_progress(auditing.run(bank, kinds, run, jobs), total, lang.value)
    misses = [finding for finding in findings if finding.wrong]
    for finding in misses:
        where = ", ".join(finding.lost_elsewhere)
        Console().print(
            Text(f"{finding.wrong}: {finding.entry.kind}/{finding.entry.name} {where}", style="bold red")
        )
    for finding in findings:
        if finding.entry.kind == "wrong" and not finding.named:
            Console().print(
                Text(f"not named: {finding.entry.name} ({', '.join(finding.entry.misconceptions)})")
            )
    _print_matrix(auditing.matrix(findings), lang.value)
    _say(Message("cli.audited", {"total": total, "misses": len(misses), "seed": chosen}), lang.value)
    if misses:
        raise typer.Exit(1)


@app.command()
def join(
    grades: Annotated[Path, typer.Argument(help="The grades.csv of `grade`. / grade의 grades.csv.")],
    marks: Annotated[
        Path,
        typer.Argument(help="CSV of the written marks; made if missing. / 서술형 점수 CSV. 없으면 만듦."),
    ],
    out: Annotated[Path, typer.Option(help="CSV to write. / 쓸 CSV.")] = Path("marks.csv"),
    lang: Annotated[Language, typer.Option(help="Language of the messages. / 메시지 언어.")] = Language.en,
) -> None:
    """Join code and written marks to one. / 코드 점수와 서술형 점수를 하나로 합칩니다."""
    from autograder import written
    from autograder.results import write_atomically
    from autograder.settings import settings

    notebook = written.lab(lang.value)
    if not notebook.is_file():
        _stop(Message("cli.no_lab", {"path": str(notebook.parent)}))
    asked = written.questions(notebook)
    try:
        if not marks.exists():
            names = written.names(grades)
            write_atomically(marks, written.form(names, asked))
            _say(Message("cli.form_written", {"path": str(marks), "count": len(names)}), lang.value)
            return
        joined = written.join(grades, marks, asked, settings())
        write_atomically(out, written.to_csv(joined, asked, settings()))
    except written.Unusable as error:
        _stop(error.message)
    except OSError as error:
        _stop(Message("cli.unwritable", {"path": str(error.filename or out)}))
    waiting = sum(row.mark is None for row in joined)
    values = {"path": str(out), "count": len(joined), "waiting": waiting}
    _say(Message("cli.joined", values), lang.value)


@app.command()
def reproduce(
    result: Annotated[Path, typer.Argument(help="A file of OUT/results. / OUT/results의 파일.")],
    submission: Annotated[
        Path,
        typer.Argument(help="What was graded: folder, zip or its class. / 채점한 폴더, zip, 또는 그 반."),
    ],
    data_root: Annotated[
        Optional[Path], typer.Option(help="Folder that holds MNIST. / MNIST가 있는 폴더.")
    ] = None,
    lang: Annotated[Language, typer.Option(help="Language of the output. / 출력 언어.")] = Language.en,
    allow_weak_isolation: Annotated[
        bool, typer.Option("--allow-weak-isolation", help="Grade without a sandbox. / 격리 없이 채점.")
    ] = False,
) -> None:
    """Grade once more as a result records it; status 1 where anything differs. / 기록된 대로 다시 채점해 비교합니다."""
    from autograder import reproduce as reproducing

    recorded = reproducing.read(result)
    source = reproducing.source(submission, recorded)
    _usable_device(recorded.device)
    _usable_data(recorded.dataset, data_root)
    compared = reproducing.again(recorded, source, data_root, allow_weak_isolation)
    if compared.now.status == "failed":
        raise Refusal(compared.now.notes[-1], status=3)
    _print_comparison(compared, lang.value)
    for circumstance in compared.circumstances:
        _say(circumstance, lang.value)
    _say(compared.verdict, lang.value)
    if not compared.same:
        raise typer.Exit(1)


@app.command()
def doctor(
    data_root: Annotated[
        Optional[Path], typer.Option(help="Folder that holds MNIST. / MNIST가 있는 폴더.")
    ] = None,
    lang: Annotated[Language, typer.Option(help="Language of the output. / 출력 언어.")] = Language.en,
) -> None:
    """Say what this machine can do, and how to mend what it can't. / 이 컴퓨터로 채점할 수 있는지 살펴봅니다."""
    from autograder import doctor as examining

    levels = set()
    for finding in examining.examine(data_root):
        levels.add(finding.level)
        mark = Text(words(f"doctor.mark.{finding.level}", lang.value), style=LEVEL_STYLE[finding.level])
        Console().print(mark, Text(finding.message.text(lang.value)), soft_wrap=True)
    if "bad" in levels:
        raise typer.Exit(1)


@app.command()
def calibrate(
    dataset: Annotated[
        Dataset, typer.Option(help="Which band to measure. / 어느 데이터의 범위를 잴지.")
    ] = Dataset.digits,
    data_root: Annotated[
        Optional[Path], typer.Option(help="Folder that holds MNIST. / MNIST가 있는 폴더.")
    ] = None,
    seeds: Annotated[int, typer.Option(min=40, help="How many seeds. / 시드 수.")] = 40,
    lang: Annotated[Language, typer.Option(help="Language of the messages. / 메시지 언어.")] = Language.en,
) -> None:
    """Re-measure the instructor's loss and record the band. / 교수자의 손실을 다시 재고 범위를 기록합니다."""
    from autograder.checks import calibrate as measuring
    from autograder.checks import short_run
    from autograder.settings import settings

    _usable_data(dataset.value, data_root)
    title = Message("cli.measuring", {"dataset": dataset.value}).text(lang.value)
    measured = list(track(measuring.measure(dataset.value, data_root, settings(), seeds), title, total=seeds))
    entry = measuring.record(dataset.value, measured)
    _say(
        Message("cli.calibrated", {**entry, "dataset": dataset.value, "path": str(short_run.CALIBRATION)}),
        lang.value,
    )


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


def _usable_device(device: str) -> None:
    if device == "cuda":
        raise Refusal(Message("cli.no_cuda"))


def _usable_data(dataset: str, root: Path | None) -> None:
    if dataset == "digits":
        return
    from autograder.checks import reference

    try:
        for train in (True, False):
            reference.data.load(dataset, train=train, root=root)
    except reference.data.DataUnavailable as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


def _with_progress(grading: Iterable[T], total: int, language: str) -> list[T]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("ETA"),
        TimeRemainingColumn(),
    )
    done: list[T] = []
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(words("cli.grading", language), total=total)
        for item in grading:
            done.append(item)
            progress.advance(task)
    return done


def _print_matrix(rows: Mapping[str, Mapping[str, int]], language: str) -> None:
    columns = (
        "wrong",
        "caught",
        "lost_elsewhere",
        "named",
        "right",
        "false_alarms",
        "hostile",
        "got_through",
    )
    table = Table()
    for heading in ("stub", *columns):
        table.add_column(
            words(f"cli.matrix.{heading}", language), justify="left" if heading == "stub" else "right"
        )
    for stub, row in sorted(rows.items()):
        table.add_row(stub, *(str(row[column]) for column in columns))
    totals = [str(sum(row[column] for row in rows.values())) for column in columns]
    table.add_section()
    table.add_row("", *totals)
    Console().print(table)


def _print_results(results: list[Result], language: str) -> None:
    table = Table()
    for heading in ("submission", "score", "status", *PARTS):
        table.add_column(
            words(f"cli.column.{heading}", language), justify="right" if heading in PARTS else "left"
        )
    for result in sorted(results, key=lambda result: result.submission):
        points = [number(result.part_points(part)) for part in PARTS]
        status = Text(result.status, style=STATUS_STYLE[result.status])
        score = f"{number(result.score)} / {number(result.max_score)}" if result.score is not None else "-"
        table.add_row(Text(result.submission), score, status, *points)
    Console().print(table)


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


def _say(message: Message, language: str) -> None:
    typer.echo(message.text(language))


def main() -> None:
    """Console script; whatever stands in the way gets one line in each language and a status of its own."""
    try:
        status = app(sys.argv[1:] or ["--help"], standalone_mode=False)
    except Refusal as refusal:
        _end(refusal.message, refusal.status)
    except ClickException as error:
        _end(Message("cli.usage", {"error": error.format_message().rstrip(".") + "."}), status=2)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    except (SandboxFault, OSError) as fault:
        _end(Message("cli.grader_fault", {"fault": str(fault)[:500]}), status=3)
    sys.exit(status if isinstance(status, int) else 0)


def _end(message: Message, status: int) -> NoReturn:
    for language in ("ko", "en"):
        typer.echo(message.text(language), err=True)
    sys.exit(status)
