"""``autograder audit`` and ``autograder calibrate``: the maintainer's measurements of the grader itself."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table
from rich.text import Text

from autograder import kit
from autograder.commands.terminal import (
    DataRoot,
    HomeworkFolder,
    Jobs,
    Language,
    Seed,
    app,
    known_dataset,
    progress,
    say,
    usable_data,
    usable_homework,
)
from autograder.messages import Message, Refusal, words
from autograder.workers import CORES


@app.command()
def audit(
    bank: Annotated[
        Path | None,
        typer.Option(help="Folder with right/, wrong/ and hostile/. / right/, wrong/, hostile/이 있는 폴더."),
    ] = None,
    jobs: Jobs = CORES,
    seed: Seed = None,
    lang: Annotated[Language, typer.Option(help="Language of the messages. / 메시지 언어.")] = Language.en,
    homework_folder: HomeworkFolder = None,
) -> None:
    """Grade the kit's own bank and show every miss. / 준비된 정답·오답·공격 모음을 채점하고 놓친 것을 보여 줍니다."""
    from autograder import audit as auditing
    from autograder.checks.bank import entries
    from autograder.homework import homework
    from autograder.outfolder import fresh_seed

    usable_homework()
    bank = bank or homework().bank
    kinds = [kind for kind in ("wrong", "right", "hostile") if entries(bank, kind)]
    total = sum(len(entries(bank, kind)) for kind in kinds)
    if not total:
        raise Refusal(Message("cli.empty_bank", {"path": str(bank)}))
    chosen = fresh_seed() if seed is None else seed
    started = time.monotonic()
    with progress(total, lang.value) as advance:
        findings = auditing.run(bank, kinds, chosen, jobs, lang.value, advance)
    misses = [finding for finding in findings if finding.wrong]
    for finding in misses:
        where = ", ".join(finding.lost_elsewhere)
        Console().print(
            Text(f"{finding.wrong}: {finding.entry.kind}/{finding.entry.name} {where}", style="bold red")
        )
    for finding in findings:
        expected = ", ".join(finding.entry.misconceptions)
        if finding.entry.kind == "wrong" and not (finding.named or finding.said):
            Console().print(Text(f"nothing said: {finding.entry.name} ({expected})"))
        elif finding.entry.kind == "wrong" and finding.otherwise:
            Console().print(
                Text(f"named otherwise: {finding.entry.name} ({expected}): {', '.join(finding.otherwise)}")
            )
    _print_matrix(auditing.matrix(findings), lang.value)
    taken = {"minutes": (time.monotonic() - started) / 60}
    say(Message("cli.audited", {"total": total, "misses": len(misses), "seed": chosen, **taken}), lang.value)
    if misses:
        raise typer.Exit(1)


def _print_matrix(rows: Mapping[str, Mapping[str, int]], language: str) -> None:
    columns = (
        "wrong",
        "caught",
        "lost_elsewhere",
        "said",
        "named",
        "otherwise",
        "silent",
        "false",
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


@app.command()
def calibrate(
    dataset: Annotated[
        str,
        typer.Option(metavar="NAME", callback=known_dataset, help="Data set to measure. / 측정할 데이터."),
    ] = "",
    data_root: DataRoot = None,
    seeds: Annotated[int, typer.Option(min=40, help="Number of seeds. / 시드 수.")] = 40,
    lang: Annotated[Language, typer.Option(help="Language of the messages. / 메시지 언어.")] = Language.en,
    homework_folder: HomeworkFolder = None,
) -> None:
    """Measure the instructor's loss again, and how far correct submissions are from it, and record both. / 교수자 모델의 손실과 정답 제출물이 그 값에서 벗어나는 정도를 다시 측정해 기록합니다."""
    from autograder.homework import homework

    usable_homework()
    measuring = kit.optional("checks.calibrate")
    if measuring is None:
        raise Refusal(Message("cli.no_calibration", {"name": homework().name}))
    usable_data(dataset, data_root)
    title = Message("cli.measuring", {"dataset": dataset}).text(lang.value)
    trained = measuring.measure(dataset, data_root, homework(), seeds)
    measured = list(track(trained, title, total=measuring.runs(seeds)))
    entry = measuring.record(dataset, measured)
    say(
        Message("cli.calibrated", {**entry, "dataset": dataset, "path": str(measuring.CALIBRATION)}),
        lang.value,
    )
