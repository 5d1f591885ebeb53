"""All rows, kind by kind."""

from __future__ import annotations

from tests.machines import folders, inherited, kills, limits, memory, packages, privileges, temporary
from tests.machines.row import Row

KINDS: dict[str, tuple[Row, ...]] = {
    "What the grader inherits": inherited.ROWS,
    "Where the kit lies": folders.ROWS,
    "Python and packages": packages.ROWS,
    "Places to write": temporary.ROWS,
    "Limits": limits.ROWS,
    "Who grades, with what rights": privileges.ROWS,
    "Memory and processes": memory.ROWS,
    "Killed meanwhile": kills.ROWS,
}
ROWS = tuple(row for rows in KINDS.values() for row in rows)
