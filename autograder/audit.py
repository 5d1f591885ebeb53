"""Grade the kit's own bank just as a class is graded, and compare each result with what its entry demands.

Every entry is measured as well. What is said about a wrong one must predict what it answers in another process to
other questions; about a right one nothing may be said.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from autograder import classroom, isolation
from autograder.checks.bank import Entry, entries, files, submission
from autograder.homework import Homework, homework
from autograder.intake import find
from autograder.measurements import computes, is_true
from autograder.results import Result
from autograder.run import Run, derived_seed
from autograder.sandbox.client import WarmParent

GOT_THROUGH = "got through"
FALSE = "false statement"


@dataclass(frozen=True)
class Audited:
    """How one entry fared. ``wrong`` says in a word or two what went wrong; empty if nothing did.

    ``caught``, for a hostile entry: its attack gained no points and reached nothing. ``said``: how many statements
    were made about what it computes; ``false``: how many of these do not hold. ``otherwise``: misconceptions that were
    named but are not the entry's.
    """

    entry: Entry
    caught: bool
    lost_elsewhere: tuple[str, ...]
    named: bool
    otherwise: tuple[str, ...]
    wrong: str
    said: int = 0
    false: int = 0


def run(
    bank_folder: Path,
    kinds: Iterable[str],
    seed: int,
    jobs: int,
    language: str = "en",
    tell: Callable[[], None] = lambda: None,
) -> list[Audited]:
    """Grade all entries of these kinds in a temporary folder and judge each; ``tell`` is called after each.

    Right and wrong entries form one class. Hostile entries form another, with shorter time limits and twice as many
    at a time, because most of them only wait for the limit.
    """
    classes = [kind for kind in kinds if kind != "hostile"], [kind for kind in kinds if kind == "hostile"]
    findings: list[Audited] = []
    with closing(isolation.launch()) as parent:
        for members, limits, its_jobs in zip(
            classes, (homework(), impatient(homework())), (jobs, 2 * jobs), strict=True
        ):
            handed_in = {f"{kind}-{e.name}": e for kind in members for e in entries(bank_folder, kind)}
            if not handed_in:
                continue
            with tempfile.TemporaryDirectory(prefix="autograder-audit-") as folder:
                submissions, out = Path(folder, "submissions"), Path(folder, "out")
                hand_in({name: files(entry) for name, entry in handed_in.items()}, submissions)
                out.mkdir()
                asked = classroom.Asked(
                    find(submissions),
                    out,
                    seed=seed,
                    jobs=its_jobs,
                    language=language,
                    homework=limits,
                    pages=False,
                )

                def judged(result: Result, known: Mapping[str, Entry] = handed_in) -> None:
                    entry = known[result.submission]
                    findings.append(compared(judge(entry, result), result, parent))
                    tell()

                classroom.grade_class(asked, judged)
    return findings


def compared(finding: Audited, result: Result, parent: WarmParent) -> Audited:
    """The finding, with what was said about the entry compared with what it answers in a new process.

    A right entry is measured here, because grading measures only what fails; whatever is said about it is false.
    """
    entry, handed_in = finding.entry, submission(finding.entry)
    run = Run(homework(), homework().dataset(""), None, "cpu", derived_seed(result.seed, "audit"), "en")
    if entry.kind == "hostile":
        return finding
    if entry.kind == "right":
        said = false = sum(len(computes(stub, handed_in, run, parent)) for stub in entry.stubs)
    else:
        recorded = Result.from_json(result.to_json()).measured  # as a reader of the file has it
        said, false = len(recorded), sum(not is_true(each, handed_in, run, parent) for each in recorded)
    return replace(finding, said=said, false=false, wrong=finding.wrong or (FALSE if false else ""))


def impatient(homework: Homework) -> Homework:
    """The homework with shorter time limits, which honest work comes nowhere near."""
    return replace(
        homework, cpu_seconds=3, wall_seconds=9, short_run_cpu_seconds=6, short_run_wall_seconds=18
    )


def hand_in(students: Mapping[str, Mapping[str, str]], folder: Path) -> None:
    """Write each student's files (their texts by name) into the package folder below ``folder``/STUDENT."""
    for name, texts in students.items():
        desk = folder / name / homework().package
        desk.mkdir(parents=True)
        for file, text in texts.items():
            (desk / file).write_text(text, encoding="utf-8")


def judge(entry: Entry, result: Result) -> Audited:
    """Compare one result with what the entry's header demands."""
    lost = {check.id: check.part for check in result.checks if check.points < check.max_points}
    in_parts = {part for check, part in lost.items() if check != homework().whole}
    if entry.kind == "hostile":
        caught = not gained(entry, result) and not got_through(result)
        elsewhere = in_parts - entry.written_in
    elif entry.only_short_run:
        caught = homework().whole in lost
        elsewhere = in_parts
    else:
        caught = all(part in in_parts for part in entry.parts)
        elsewhere = in_parts - set(entry.parts)
    names = {check.misconception for check in result.checks if check.misconception}
    named, otherwise = set(entry.misconceptions) <= names, tuple(sorted(names - set(entry.misconceptions)))
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
        tuple(sorted(lost))
        if entry.kind == "right"
        else tuple(part for part in homework().parts if part in elsewhere)
    )
    return Audited(entry, caught, shown, named, otherwise, wrong)


def earned(entry: Entry, result: Result) -> float:
    """Points in the parts that a hostile entry attacks, without the short run, which needs the whole model."""
    return sum(
        check.points
        for check in result.checks
        if check.part in entry.written_in and check.id != homework().whole
    )


def gained(entry: Entry, result: Result) -> bool:
    """Whether an attack earned more points than the work underneath it is worth."""
    trained = any(check.points for check in result.checks if check.id == homework().whole)
    return earned(entry, result) > entry.most or (entry.work == "empty" and trained)


def got_through(result: Result) -> bool:
    """Whether an attack reached its target: the bank's entries then raise an exception that says so."""
    return any(GOT_THROUGH in str(check.values) + check.message for check in result.checks)


def matrix(findings: Iterable[Audited]) -> dict[str, Counter[str]]:
    """Counts per stub: wrong, caught, lost_elsewhere, said, named, otherwise, silent, false, right, false_alarms.

    ``silent``: wrong entries about which nothing was said or named; ``false``: statements. Hostile entries have their
    own row.
    """
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
        row["false"] += finding.false
        if entry.kind == "right":
            row["false_alarms"] += bool(finding.wrong)
        else:
            row["caught"] += finding.caught
            row["lost_elsewhere"] += bool(finding.lost_elsewhere)
            row["said"] += bool(finding.said)
            row["named"] += finding.named
            row["otherwise"] += bool(finding.otherwise)
            row["silent"] += not (finding.said or finding.named)
    return rows
