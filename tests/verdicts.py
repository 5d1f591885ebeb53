"""Compare the verdicts of two checkouts on all known submissions, with one seed.

``python -m tests.verdicts BEFORE AFTER [CLASS ...] [--every N] [--work DIR]``. BEFORE and AFTER are checkouts,
each with its .venv. Both grade this checkout's bank and sample class, and each folder CLASS. The outcome, points,
message id, values and misconception of every check are compared. Differences are printed, and the status is 1.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograder.checks import bank
from autograder.homework import homework

ROOT = Path(__file__).resolve().parents[1]
SEED = 20131220
KINDS = ("right", "wrong", "hostile")
COMPARED = ("outcome", "points", "max_points", "message_id", "values", "misconception")


def classes(folder: Path, every: int) -> Iterator[Path]:
    """Write the bank, as one class per kind, and the sample class; yield each folder."""
    for kind in KINDS:
        for entry in bank.entries(homework().bank, kind)[::every]:
            for name, text in bank.files(entry).items():
                path = folder / kind / entry.name / "vae" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
        yield folder / kind
    subprocess.run(
        [sys.executable, str(ROOT / "tests/demo/make_class.py"), str(folder / "demo")],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    yield folder / "demo"


def verdicts(checkout: Path, submissions: Path, out: Path) -> dict[str, Any]:
    """What a checkout finds, by submission and check."""
    command = [checkout / ".venv/bin/python", "-m", "autograder", "grade", submissions, "--out", out]
    ran = subprocess.run([*map(str, command), "--seed", str(SEED), "--quiet"], cwd="/")
    if ran.returncode not in (0, 3):
        sys.exit(f"{checkout}: grading {submissions} ended with {ran.returncode}")
    found: dict[str, Any] = {}
    for path in sorted((out / "results").glob("*.json")):
        result = json.loads(path.read_text(encoding="utf-8"))
        found[f"{result['submission']}"] = (result["status"], result["score"])
        for check in result["checks"]:
            found[f"{result['submission']}, {check['id']}"] = {name: check[name] for name in COMPARED}
    return found


def main() -> int:
    """Return 1 if anything differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("classes", type=Path, nargs="*")
    parser.add_argument(
        "--work", type=Path, help="a folder to keep; with it an interrupted comparison continues"
    )
    parser.add_argument("--every", type=int, default=1, help="of the bank each Nth entry")
    asked = parser.parse_args()
    differing = compared = 0
    with tempfile.TemporaryDirectory(prefix="verdicts-") as work:
        folder = (asked.work or Path(work)).resolve()
        folder.mkdir(exist_ok=True)
        for number, submissions in enumerate([*classes(folder, asked.every), *asked.classes]):
            before, after = (
                verdicts(checkout.resolve(), submissions.resolve(), folder / f"out{number}-{side}")
                for side, checkout in enumerate((asked.before, asked.after))
            )
            for name in sorted(before.keys() | after.keys()):
                compared += 1
                if before.get(name) != after.get(name):
                    differing += 1
                    print(f"{submissions.name}: {name}\n  - {before.get(name)}\n  + {after.get(name)}")
    print(f"{compared} verdicts compared, {differing} differ")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
