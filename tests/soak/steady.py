"""Is a verdict the same for every seed, or luck? Judges the bank's wrong or right entries with many seeds.

``python -m tests.soak.steady [NAME ...] [--seeds N] [--right]``; adds a line to tests/soak/STEADY.md. The bank's code
is the kit's own, so the hidden checks are called in the process that runs it, unsealed and without the short run, which
is 20 times as fast. Exit status 1 if with some seed a part that must lose points lost none, or a right entry lost any.
Also prints which checks took points with only some seeds: consequences of a mistake that inputs do not always show. All
submissions of a class get the same inputs.
"""

import argparse
import multiprocessing
import os
import sys
from collections import Counter
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import NamedTuple

from rich.progress import track

from autograder.checks import bank
from autograder.checks.bank import Entry
from autograder.homework import homework
from autograder.sandbox.warm_parent import preload
from tests.bench.in_process import Examination, hidden_checks

RECORD = Path(__file__).with_name("STEADY.md")
FIRST = 1_000_000  # the first seed; seeds elsewhere begin at 0


class Judged(NamedTuple):
    """One entry: the seeds with which the verdict was wrong, and how often each check took points."""

    name: str
    misjudged: list[int]
    took: Counter[str]


def main() -> None:
    parser = argparse.ArgumentParser("python -m tests.soak.steady", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--seeds", type=int, default=50, help="how many; 50 take a quarter of an hour on two cores"
    )
    parser.add_argument("names", nargs="*", help="of the entries; else all that can be called here")
    parser.add_argument("--right", action="store_true", help="the right ones, which must lose nothing")
    given = parser.parse_args()
    seeds, kind = given.seeds, "right" if given.right else "wrong"
    entries = [entry for entry in bank.entries(homework().bank, kind) if can_be_called_here(entry)]
    entries = [entry for entry in entries if not given.names or entry.name in given.names]
    # Loaded once, for all processes that are forked from here; so are the checks.
    preload("autograder.vae.probes.probes")
    hidden_checks()
    # A process per entry, because some mistakes outlast the call.
    with multiprocessing.get_context("fork").Pool(os.cpu_count(), maxtasksperchild=1) as pool:
        judging = pool.imap_unordered(judge, [(entry, seeds) for entry in entries])
        judged = list(track(judging, f"{len(entries)} submissions, {seeds} seeds", total=len(entries)))
    misjudged = [
        f"{each.name} (seeds {', '.join(map(str, each.misjudged))})" for each in judged if each.misjudged
    ]
    sometimes = sorted(
        f"{each.name} {check} ({times})"
        for each in judged
        for check, times in each.took.items()
        if times < seeds
    )
    print(*sometimes, sep="\n")
    which = "; ".join(misjudged) or "-"
    columns = (date.today(), kind, len(entries), seeds, len(misjudged), len(sometimes), which)
    line = f"| {' | '.join(map(str, columns))} |\n"
    RECORD.write_text(RECORD.read_text(encoding="utf-8") + line, encoding="utf-8")
    print(line)
    sys.exit(bool(misjudged))


def can_be_called_here(entry: Entry) -> bool:
    """Whether an entry neither ends nor stalls its process, and not only the short run sees its mistake."""
    return "expect" not in entry.header and not entry.only_short_run


def judge(given: tuple[Entry, int]) -> Judged:
    """Run, with each seed, all checks of the parts that must lose points, or that a right entry writes."""
    entry, seeds = given
    parts = set(entry.parts) or entry.written_in
    found = Judged(entry.name, [], Counter())
    for seed in range(FIRST, FIRST + seeds):
        took = lost(entry, parts, seed)
        found.took.update(took)
        if {hidden_checks()[name].part for name in took} != set(entry.parts):
            found.misjudged.append(seed)
    return found


def lost(entry: Entry, parts: set[str], seed: int) -> list[str]:
    """The checks of these parts that the entry does not pass."""
    files = {name: text.encode() for name, text in bank.files(entry).items()}
    examination = Examination(files, seed)
    names = [
        name for name, check in hidden_checks().items() if check.part in parts and name != homework().whole
    ]
    for name in names:
        with suppress(Exception):
            examination.require(name)
    return [name for name in names if name not in examination.passed]


if __name__ == "__main__":
    main()
