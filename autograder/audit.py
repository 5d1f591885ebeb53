"""Grade the kit's own bank by the very path of a class, and hold the grader to what is known of each entry."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from autograder import classroom
from autograder.bank import PART_OF, STUBS, Entry, entries, files
from autograder.intake import find
from autograder.results import Result
from autograder.run import Run
from autograder.settings import PARTS

SHORT_RUN = "short_run"
GOT_THROUGH = "got through"


@dataclass(frozen=True)
class Finding:
    """How one entry fared. ``wrong`` says in a word what is not as it must be; empty when all is.

    ``caught`` of a hostile entry: its attack gained no point and got at nothing.
    """

    entry: Entry
    caught: bool
    lost_elsewhere: tuple[str, ...]
    named: bool
    wrong: str


def run(bank_folder: Path, kinds: Iterable[str], the_run: Run, jobs: int) -> Generator[Finding, None, None]:
    """Grade all entries of these kinds, in a temporary folder, and judge each as it comes.

    Right and wrong ones are one class; hostile ones are another, with less time for those that only use it up, and
    twice as many at a time, because most of them only wait until that time is over.
    """
    classes = [kind for kind in kinds if kind != "hostile"], [kind for kind in kinds if kind == "hostile"]
    for members, its_run, its_jobs in zip(
        classes, (the_run, impatient(the_run)), (jobs, 2 * jobs), strict=True
    ):
        handed_in = {f"{kind}-{e.name}": e for kind in members for e in entries(bank_folder, kind)}
        yield from _class(handed_in, its_run, its_jobs)


def impatient(run: Run) -> Run:
    """The same run with shorter limits on time, which honest work comes nowhere near."""
    short = replace(
        run.settings, cpu_seconds=3, wall_seconds=9, short_run_cpu_seconds=6, short_run_wall_seconds=18
    )
    return replace(run, settings=short)


def _class(handed_in: Mapping[str, Entry], the_run: Run, jobs: int) -> Generator[Finding, None, None]:
    if not handed_in:
        return
    with tempfile.TemporaryDirectory(prefix="vae-audit-") as folder:
        submissions = Path(folder, "submissions")
        hand_in({name: files(entry) for name, entry in handed_in.items()}, submissions)
        sources = find(submissions)
        out = classroom.Folder.of(Path(folder, "out"), sources)
        for result in classroom.grade_class(sources, out, the_run, jobs, fresh=True, allow_weak=False):
            yield judge(handed_in[result.submission], result)


def hand_in(students: Mapping[str, Mapping[str, str]], folder: Path) -> None:
    """Write each student's files, their texts by name, into a folder of the student's name below ``folder``."""
    for name, texts in students.items():
        desk = folder / name / "vae"
        desk.mkdir(parents=True)
        for file, text in texts.items():
            (desk / file).write_text(text, encoding="utf-8")


def judge(entry: Entry, result: Result) -> Finding:
    """Compare one result with what the entry's header demands."""
    lost = {check.id: check.part for check in result.checks if check.points < check.max_points}
    in_parts = {part for check, part in lost.items() if check != SHORT_RUN}
    if entry.kind == "hostile":
        caught = not gained(entry, result) and not got_through(result)
        elsewhere = in_parts - {PART_OF[STUBS[stub]] for stub in entry.stubs}
    elif entry.only_short_run:
        caught = SHORT_RUN in lost
        elsewhere = in_parts
    else:
        caught = all(part in in_parts for part in entry.parts)
        elsewhere = in_parts - set(entry.parts)
    named = set(entry.misconceptions) <= {check.misconception for check in result.checks}
    wrong = ""
    if result.status == "failed":
        wrong = "no result"
    elif entry.kind == "right" and lost:
        wrong = "false alarm"
    elif entry.kind == "hostile" and not caught:
        wrong = "got through" if got_through(result) else "gained points"
    elif entry.kind == "wrong" and not caught:
        wrong = "missed"
    elif entry.kind != "right" and elsewhere:
        wrong = "lost elsewhere"
    shown = (
        tuple(sorted(lost)) if entry.kind == "right" else tuple(part for part in PARTS if part in elsewhere)
    )
    return Finding(entry, caught, shown, named, wrong)


def earned(entry: Entry, result: Result) -> float:
    """Points in the parts that a hostile entry attacks, apart from the short run, which takes the whole model."""
    own = {PART_OF[STUBS[stub]] for stub in entry.stubs}
    return sum(check.points for check in result.checks if check.part in own and check.id != SHORT_RUN)


def gained(entry: Entry, result: Result) -> bool:
    """Whether an attack earned points that the work beneath it is not worth."""
    trained = any(check.points for check in result.checks if check.id == SHORT_RUN)
    return earned(entry, result) > entry.most or (entry.work == "empty" and trained)


def got_through(result: Result) -> bool:
    """Whether an attack reached what it was after: entries of the bank then raise an exception that says so."""
    return any(GOT_THROUGH in str(check.values) + check.message for check in result.checks)


def matrix(findings: Iterable[Finding]) -> dict[str, Counter[str]]:
    """Counts by stub: wrong, caught, lost_elsewhere, named, right, false_alarms; hostile entries have a row of their own."""
    rows: dict[str, Counter[str]] = {}
    for finding in findings:
        entry = finding.entry
        if entry.kind == "hostile":
            row = rows.setdefault("hostile", Counter())
            row["hostile"] += 1
            row["got_through"] += not finding.caught
            continue
        group = entry.stubs[0] if len(entry.stubs) == 1 else "several"
        row = rows.setdefault(group, Counter())
        row[entry.kind] += 1
        if entry.kind == "right":
            row["false_alarms"] += bool(finding.wrong)
        else:
            row["caught"] += finding.caught
            row["lost_elsewhere"] += bool(finding.lost_elsewhere)
            row["named"] += finding.named
    return rows
