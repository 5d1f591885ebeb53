"""Grade the kit's own bank by the very path of a class, and hold the grader to what is known of each entry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.bank import Entry, files
from autograder.results import Result
from autograder.settings import PARTS

SHORT_RUN = "short_run"


@dataclass(frozen=True)
class Finding:
    """How one entry fared. ``wrong`` says in a word what is not as it must be; empty when all is."""

    entry: Entry
    caught: bool
    lost_elsewhere: tuple[str, ...]
    named: bool
    wrong: str


def hand_in(entries: Iterable[Entry], folder: Path) -> None:
    """Write each entry as a student's folder below ``folder``."""
    for entry in entries:
        desk = folder / entry.name / "vae"
        desk.mkdir(parents=True)
        for name, text in files(entry).items():
            (desk / name).write_text(text, encoding="utf-8")


def judge(entry: Entry, result: Result) -> Finding:
    """Compare one result with what the entry's header demands."""
    lost = {check.id: check.part for check in result.checks if check.points < check.max_points}
    in_parts = {part for check, part in lost.items() if check != SHORT_RUN}
    if entry.only_short_run:
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
    elif entry.kind == "wrong" and not caught:
        wrong = "missed"
    elif entry.kind == "wrong" and elsewhere:
        wrong = "lost elsewhere"
    shown = (
        tuple(sorted(lost)) if entry.kind == "right" else tuple(part for part in PARTS if part in elsewhere)
    )
    return Finding(entry, caught, shown, named, wrong)


def matrix(findings: Iterable[Finding]) -> dict[str, Counter[str]]:
    """Counts by stub: right, false alarms, wrong, caught, lost elsewhere, named."""
    rows: dict[str, Counter[str]] = {}
    for finding in findings:
        entry = finding.entry
        group = entry.stubs[0] if len(entry.stubs) == 1 else "several"
        row = rows.setdefault(group, Counter())
        row[entry.kind] += 1
        if entry.kind == "right":
            row["false alarms"] += bool(finding.wrong)
        else:
            row["caught"] += finding.caught
            row["lost elsewhere"] += bool(finding.lost_elsewhere)
            row["named"] += finding.named
    return rows
