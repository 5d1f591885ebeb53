"""``python -m tests.machines [NAME...]``: try the rows, all or those named, and write docs/machines.md when it was all.

Exit status 1 when some row came out wrong.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time

from tests.machines import needs, page
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
    chosen = [row for row in ROWS if not arguments.names or row.name.startswith(tuple(arguments.names))]
    if arguments.often or arguments.rest:
        chosen = [row for row in chosen if (row.name in OFTEN) == arguments.often]
    if arguments.list:
        print("\n".join(f"{row.name:24} {row.done}" for row in chosen))
        return 0
    signal.signal(
        signal.SIGTERM, lambda number, frame: sys.exit(128 + number)
    )  # a row clears away behind itself
    came_out: dict[str, page.Came] = {}
    for row in chosen:
        why = needs.why_not(row)
        if why:
            came_out[row.name] = page.Came("not tried", why, True)
            print(f"{row.name:24} not tried: {why}", flush=True)
            continue
        began = time.monotonic()
        outcome = tried(row)
        good = outcome.right_for(row)
        came_out[row.name] = page.Came(outcome.kind, outcome.what, good)
        seconds = time.monotonic() - began
        print(
            f"{row.name:24} {'   ' if good else '!! '}{outcome.kind}: {outcome.what} ({seconds:.0f} s)",
            flush=True,
        )
        if arguments.verbose:
            print(outcome.said)
    if len(chosen) == len(ROWS):
        page.write(ROWS, came_out)
    return 0 if all(came.good for came in came_out.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
