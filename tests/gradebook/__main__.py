"""``python -m tests.gradebook``: time nbgrader's autograde for 30 students; compare gradebook and CSV for the bank.

Exit status 1 if a student's gradebook differs from what ``autograder grade`` gives for the same files.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from autograder.checks.bank import entries, files
from autograder.homework import homework
from tests.gradebook.course import Course, answered, documented

SEED = 20131220


def main() -> int:
    """Measure and print; returns the exit status."""
    parser = argparse.ArgumentParser("python -m tests.gradebook", description=__doc__)
    parser.add_argument("--students", type=int, default=30, help="right ones whose time is taken (30)")
    parser.add_argument(
        "--every", type=int, default=10, help="of the bank's wrong entries, one of so many (10)"
    )
    arguments = parser.parse_args()
    solution = {name: (homework().solved / name).read_bytes() for name in homework().files}
    students = {f"s{number:03}": solution for number in range(arguments.students)}
    with tempfile.TemporaryDirectory(prefix="vae-gradebook-") as folder:
        seconds, _ = autograded(Course.new(Path(folder, "time")), students)
        print(
            f"{len(students)} students through `nbgrader autograde`: {seconds:.0f} s ({machine()})",
            flush=True,
        )
    bank = [(entry, "right") for entry in entries(homework().bank, "right")]
    bank += [(entry, "wrong") for entry in entries(homework().bank, "wrong")[:: arguments.every]]
    students = {
        f"{kind}-{entry.name}": {name: text.encode() for name, text in files(entry).items()}
        for entry, kind in bank
    }
    with tempfile.TemporaryDirectory(prefix="vae-gradebook-") as folder:
        seconds, wrong = autograded(Course.new(Path(folder, "bank")), students, compare=True)
    print(
        f"{len(students)} of the bank: {seconds:.0f} s ({machine()}); gradebook and CSV differ for: {wrong or 'none'}"
    )
    return 1 if wrong else 0


def autograded(
    course: Course, students: Mapping[str, Mapping[str, bytes]], compare: bool = False
) -> tuple[float, list[str]]:
    """Autograde these students: wall-clock seconds, nbgrader's start included, and whose gradebook is wrong."""
    for student, contents in students.items():
        course.hand_in(student, contents, answered(course.released))
    (course.root / "graded" / "ps1").mkdir(parents=True)
    (course.root / "graded" / "ps1" / "run.json").write_text(json.dumps({"seed": SEED}))
    started = time.monotonic()
    subprocess.run([sys.executable, "-m", *documented("en")[3].split()], cwd=course.root, check=True)
    seconds = time.monotonic() - started
    if not compare:
        return seconds, []
    out = course.root / "command"
    command = [sys.executable, "-m", "autograder", "grade", str(course.root / "submitted"), "--out", str(out)]
    subprocess.run([*command, "--seed", str(SEED)], check=True)
    return seconds, course.disagreements(out / "grades.csv", out / "results")


def machine() -> str:
    return f"{len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f} at the end"


if __name__ == "__main__":
    sys.exit(main())
