"""Does a wrong submission's verdict hang on the seed? Grades all wrong ones of the bank again and again, each time anew seeded.

``python -m tests.soak.steady [--rounds N]``; adds a line to tests/soak/STEADY.md. All submissions of a class get the same
seed and so the same inputs; this looks at classes of different years. Prints every check whose points were not the same
in all rounds: a loss close to its threshold, or a consequence of the mistake that inputs do not always show. Ends with
status 1 where a part that must lose points has no check that took some in every round, because luck caught it then.
"""

import argparse
import os
import sys
import tempfile
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

from rich.progress import track

from autograder import audit, bank, classroom, intake, kit
from autograder.bank import Entry
from autograder.run import Run
from autograder.settings import settings

RECORD = Path(__file__).with_name("STEADY.md")
Verdicts = dict[str, Counter[str]]  # by check: how often it ended in which way


def main() -> None:
    parser = argparse.ArgumentParser("python -m tests.soak.steady", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--rounds", type=int, default=4, help="how many seeds; a round takes some six minutes"
    )
    rounds = parser.parse_args().rounds
    entries = {entry.name: entry for entry in bank.entries(kit.BANK, "wrong")}
    verdicts, lost = graded(entries, rounds)
    by_luck = [name for name, entry in entries.items() if not surely(entry, lost[name], rounds)]
    changed = [
        f"{name} {check} ({', '.join(ended)})"
        for name, checks in sorted(verdicts.items())
        for check, ended in checks.items()
        if len(ended) > 1
    ]
    print(*changed, sep="\n")
    if by_luck:
        print("caught by luck:", *by_luck)
    columns = (
        date.today(),
        rounds,
        rounds * len(entries),
        len(by_luck),
        len(changed),
        "; ".join(changed) or "-",
    )
    line = f"| {' | '.join(map(str, columns))} |\n"
    RECORD.write_text(RECORD.read_text(encoding="utf-8") + line, encoding="utf-8")
    sys.exit(bool(by_luck))


def graded(
    entries: dict[str, Entry], rounds: int
) -> tuple[dict[str, Verdicts], dict[str, Counter[tuple[str, str]]]]:
    """How each check of each entry ended, and how often it lost points, by its part and id."""
    verdicts: dict[str, Verdicts] = defaultdict(lambda: defaultdict(Counter))
    lost: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    with tempfile.TemporaryDirectory(prefix="vae-steady-") as folder:
        submissions = Path(folder, "submissions")
        audit.hand_in({name: bank.files(entry) for name, entry in entries.items()}, submissions)
        sources = intake.find(submissions)
        out = classroom.Folder.of(Path(folder, "out"), sources)
        for _ in range(rounds):
            seed = classroom.fresh_seed()
            run = Run(settings(), "digits", None, "cpu", seed, "en")
            jobs = os.cpu_count() or 1
            grading = classroom.grade_class(sources, out, run, jobs, fresh=True, allow_weak=False)
            for result in track(grading, f"seed {seed}", total=len(sources)):
                for check in result.checks:
                    ended = f"{check.points:g} {check.misconception or ''}".strip()
                    verdicts[result.submission][check.id][ended] += 1
                    lost[result.submission][check.part, check.id] += check.points < check.max_points
    return verdicts, lost


def surely(entry: Entry, lost: Counter[tuple[str, str]], rounds: int) -> bool:
    """Whether every part that must lose points has a check that took some in each round."""
    always = {which for which, times in lost.items() if times == rounds}
    if entry.only_short_run:
        return audit.SHORT_RUN in {check for _, check in always}
    return set(entry.parts) <= {part for part, check in always if check != audit.SHORT_RUN}


if __name__ == "__main__":
    main()
