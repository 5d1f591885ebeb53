"""All rows by kind, and those that every run of the tests has time for."""

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

# What `make test` tries, in about five minutes on two cores. A refusal takes four seconds, a grading ten.
OFTEN = frozenset(
    (
        "umask-077 beside-console beside-module no-streams broken-pipe named-quotes other-kit packages-linked "
        "sklearn-0600 stdlib-oserror tmp-closed-landlock tmp-1-mb files-64 cpu-3 memory-2-gb "
        "no-sys-admin docker-filtered mapped-65536 memory-600 killed-student-fourth"
    ).split()
)
