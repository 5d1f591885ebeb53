"""``python -m tests.machines [NAME...]``: try all rows or the named ones, and write the outcomes to docs/machines.md.

Exit status 1 if a row has a wrong outcome.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence

from tests.machines import needs, page
from tests.machines.row import Row
from tests.machines.rows import OFTEN, ROWS
from tests.machines.trial import tried


def main() -> int:
    """Try, print, write; returns the exit status."""
    parser = argparse.ArgumentParser("python -m tests.machines", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="rows, or the beginnings of their names")
    parser.add_argument("--often", action="store_true", help="those alone that the tests try")
    parser.add_argument("--rest", action="store_true", help="those alone that the tests do not try")
    parser.add_argument("--verbose", action="store_true", help="show what the grader said")
    parser.add_argument("--list", action="store_true", help="name the rows and try none")
    arguments = parser.parse_args()
    chosen = named(arguments.names)
    if arguments.often or arguments.rest:
        chosen = [row for row in chosen if (row.name in OFTEN) == arguments.often]
    if arguments.list:
        print("\n".join(f"{row.name:24} {row.done}" for row in chosen))
        return 0
    # Exit through ``finally``, so that a row cleans up after itself.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    good = True
    for row in chosen:
        good = one(row, arguments.verbose) and good
    return 0 if good else 1


def named(names: Sequence[str]) -> list[Row]:
    """The rows whose names begin with these, in this order; all rows if none is given."""
    if not names:
        return list(ROWS)
    chosen = [row for row in ROWS if row.name.startswith(tuple(names))]
    return sorted(chosen, key=lambda row: [row.name.startswith(name) for name in names].index(True))


def one(row: Row, verbose: bool) -> bool:
    """Try a row, print and write the outcome; returns whether it is right."""
    why = needs.why_not(row)
    if why:
        print(f"{row.name:24}    not tried: {why}", flush=True)
        page.write({row.name: f"not tried: {why}"})
        return True
    outcome = tried(row)
    good = outcome.right_for(row)
    print(
        f"{row.name:24} {'   ' if good else '!! '}{outcome.kind}: {outcome.what} ({outcome.seconds:.0f} s)",
        flush=True,
    )
    if verbose:
        print(outcome.said)
    page.write({row.name: page.cell(row, outcome)})
    return good


if __name__ == "__main__":
    sys.exit(main())
