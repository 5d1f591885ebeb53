"""How often does a right submission lose a point? Grades the bank's right ones again and again, with new seeds.

``python -m tests.soak.right [--rounds N]``; prints every lost point and adds a line to tests/soak/RIGHT.md, also
when interrupted. The expected rate is below 5.4e-7 per submission (autograder/vae/checks/noise.py), so any loss here is
a fault of the checks: then the exit status is 1.
"""

import argparse
import os
import sys
from datetime import date
from pathlib import Path

from rich.progress import Progress

from autograder import audit
from autograder.checks import bank
from autograder.homework import homework
from autograder.outfolder import fresh_seed

RECORD = Path(__file__).with_name("RIGHT.md")


def main() -> None:
    parser = argparse.ArgumentParser("python -m tests.soak.right", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--rounds", type=int, default=10, help="how many seeds; a round takes a minute or two"
    )
    rounds = parser.parse_args().rounds
    size, graded, finished, lost = len(bank.entries(homework().bank, "right")), 0, 0, []
    try:
        for _ in range(rounds):
            seed = fresh_seed()
            with Progress() as bar:
                task = bar.add_task(f"seed {seed}", total=size)
                findings = audit.run(
                    homework().bank,
                    ["right"],
                    seed,
                    os.cpu_count() or 1,
                    tell=lambda bar=bar, task=task: bar.advance(task),
                )
            for finding in findings:
                graded += 1
                if finding.wrong:
                    lost.append(f"{finding.entry.name} (seed {seed}: {', '.join(finding.lost_elsewhere)})")
                    print(lost[-1])
            finished += 1
    finally:
        line = f"| {date.today()} | {finished} | {graded} | {len(lost)} | {'; '.join(lost) or '-'} |\n"
        RECORD.write_text(RECORD.read_text(encoding="utf-8") + line, encoding="utf-8")
        print(line)
    sys.exit(bool(lost))


if __name__ == "__main__":
    main()
