"""Write docs/machines.md: the rows, each with the outcome of its last try."""

from __future__ import annotations

import datetime
import platform
from collections import Counter
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from tests.machines.row import FULL, Row
from tests.machines.rows import KINDS, OFTEN, ROWS
from tests.machines.trial import WRONG, Outcome

PAGE = Path(__file__).parents[2] / "docs" / "machines.md"
NEVER = "not tried yet"
HEAD = """# Machines

Each row changes something about the machine and shows how `autograder grade` coped. `make machines` writes this page; do not edit it.

A machine's fault must never cost a student a point. Each row grades a class of two. The first is the solution, whose `latent.py` also does what
students are allowed to do (import rarer modules, open 70 files, write 4 MB, fill 300 MB). The second is a skeleton with one part solved.

- `100`: the first got 100 points and the second its 30, the command exited with 0, and nothing was left behind.
- `refused`: the command exited with 3 (2 if the arguments can't be used), named the cause in one line of Korean and one of English, and
  no result lost a point.
- `WRONG`: anything else.

The scripts are in [tests/machines](../tests/machines). `make test` tries only the rows with a star; all rows would take an hour.
"""


def cell(row: Row, outcome: Outcome) -> str:
    """The outcome as the table shows it."""
    if not outcome.right_for(row):
        said = outcome.what if outcome.kind == WRONG else f"{outcome.kind}, {outcome.what}"
        return f"{WRONG}: {said}".replace("|", "/").replace("\n", " ")
    if outcome.kind == FULL:
        return FULL if outcome.what == "namespaces" else f"{FULL}, in the tier `{outcome.what}`"
    return f"{outcome.kind}: {outcome.what}".replace("|", "/").replace("\n", " ")


def write(came_out: Mapping[str, str], page: Path = PAGE) -> None:
    """Write the page again; a row that was not tried this time keeps its outcome."""
    cells = {**_kept(page), **came_out}
    count = Counter(cells.get(row.name, NEVER).split(":")[0].split(",")[0] for row in ROWS)
    counted = ", ".join(f"{number} {kind}" for kind, number in sorted(count.items()))
    made = f"{datetime.date.today().isoformat()}, Linux {platform.release().partition('-')[0]}, "
    made += f"Python {platform.python_version()}, torch {version('torch')}"
    text = [HEAD, f"{len(ROWS)} rows: {counted}. Last written {made}.", ""]
    for kind, group in KINDS.items():
        text += [f"## {kind}", "", "| row | what was done | what came out |", "|---|---|---|"]
        text += [_line(row, cells.get(row.name, NEVER)) for row in group]
        text.append("")
    page.write_text("\n".join(text), encoding="utf-8")


def _line(row: Row, what: str) -> str:
    star = " *" if row.name in OFTEN else ""
    return f"| {row.name}{star} | {row.done.replace('|', '/')} | {what} |"


def _kept(page: Path) -> dict[str, str]:
    if not page.exists():
        return {}
    lines = [line.strip("| ").split(" | ") for line in page.read_text(encoding="utf-8").splitlines()]
    return {line[0].removesuffix(" *"): line[2] for line in lines if len(line) == 3}
