"""``python -m tests.soak soak|kills``: measure the figures of RESULTS.md. Takes hours; --count makes it smaller.

Exit status 1 if a result is wrong or lost, or anything is left over.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from autograder.fingerprint import fingerprint

from . import kills, soak

RESULTS = Path(__file__).with_name("RESULTS.md")
MEASUREMENTS = {"soak": (soak.measure, 2000), "kills": (kills.measure, 50)}
SEED = 20131220


def main() -> int:
    """Measure, print, write; returns the exit status."""
    parser = argparse.ArgumentParser("python -m tests.soak", description=__doc__)
    parser.add_argument("what", choices=MEASUREMENTS)
    parser.add_argument("--count", type=int, help="submissions (2000) or kills (50)")
    parser.add_argument("--jobs", type=int, default=2, help="submissions at a time (default: 2)")
    parser.add_argument("--seed", type=int, default=SEED, help="of the draw and of the hidden inputs")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the figures go")
    arguments = parser.parse_args()
    measure, count = MEASUREMENTS[arguments.what]
    with tempfile.TemporaryDirectory(prefix="vae-soak-") as folder:
        lines, good = measure(Path(folder), arguments.count or count, arguments.jobs, arguments.seed)
    lines = [
        f"- {datetime.date.today().isoformat()}, {machine()}, {arguments.jobs} jobs, seed {arguments.seed}",
        *lines,
    ]
    print("\n".join(lines))
    record(arguments.results, arguments.what, lines)
    return 0 if good else 1


def machine() -> str:
    """The machine and versions that the figures were measured with."""
    return (
        f"{len(os.sched_getaffinity(0))} cores (load {os.getloadavg()[0]:.1f} at the end), {platform.machine()}, "
        f"Python {platform.python_version()}, torch {version('torch')}, checks {fingerprint()}"
    )


def record(path: Path, section: str, lines: list[str]) -> None:
    """Write one section of RESULTS.md and keep the other."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    sections = dict(part.split("\n", 1) for part in text.split("\n## ")[1:])
    sections[section] = "\n" + "\n".join(lines) + "\n"
    head = "# Soak and kills\n\nWritten by `make soak` and `make kills`; not to be edited.\n"
    body = "".join(f"\n## {name}\n{sections[name].rstrip()}\n" for name in MEASUREMENTS if name in sections)
    path.write_text(head + body, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
