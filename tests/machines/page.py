"""docs/machines.md: the rows and what came out."""

from __future__ import annotations

import datetime
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from tests.machines.row import Row
from tests.machines.rows import KINDS, OFTEN

PAGE = Path(__file__).parents[2] / "docs" / "machines.md"
HEAD = """# Machines

What was done to the machine, and what `autograder grade` made of it. Written by `make machines`; not to be edited.

Each row grades a class of two: the solution, and a skeleton with one part solved. `100` means that the first got 100, the
second its 30, and the command ended with 0. `refused` means that it ended with 3 (2 where the arguments can't be used), named the
cause in one line of Korean and one of English, and that no result took a point from anybody. Anything else is `WRONG`.
A machine's fault never costs a student a point. The scripts are in [tests/machines](../tests/machines); `make test` tries the rows marked *.
"""


class Came(NamedTuple):
    kind: str
    what: str
    good: bool


def write(rows: Sequence[Row], came_out: Mapping[str, Came]) -> None:
    """Write the page anew."""
    kinds = [came.kind for came in came_out.values()]
    count = ", ".join(f"{kinds.count(kind)} {kind}" for kind in sorted(set(kinds)))
    made = f"{datetime.date.today().isoformat()}, Linux {platform.release().partition('-')[0]}, Python {platform.python_version()}, torch {version('torch')}"
    text = [HEAD, f"{len(rows)} rows: {count}. {made}.\n"]
    for kind, group in KINDS.items():
        text += [f"## {kind}\n", "| row | what was done | what came out |", "|---|---|---|"]
        text += [_line(row, came_out[row.name]) for row in group]
        text.append("")
    PAGE.write_text("\n".join(text), encoding="utf-8")


def _line(row: Row, came: Came) -> str:
    mark = " *" if row.name in OFTEN else ""
    what = came.kind
    if came.kind != "100":
        what = f"{came.kind}: {came.what}"
    elif came.what != "namespaces":
        what = f"100, in the tier `{came.what}`"
    return f"| {row.name}{mark} | {row.done} | {what.replace('|', '/')} |"
