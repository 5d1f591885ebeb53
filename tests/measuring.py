"""Measure entries of the bank: python -m tests.measuring STUB [KIND [NAME]] prints what is said about each."""

from __future__ import annotations

import sys
import time
from collections import Counter
from contextlib import closing

from autograder import isolation
from autograder.checks import bank, measured
from autograder.checks.remote import Ended, Missing, RemoteSubmission
from autograder.homework import homework
from autograder.run import Run
from autograder.sandbox.client import WarmParent
from autograder.sandbox.ends import Crashed, StudentRaised, TimeLimit


def main(stub: str, kind: str = "wrong", name: str = "") -> None:
    run = Run(homework(), "digits", None, "cpu", 0, "en")
    counts: Counter[str] = Counter()
    entries = [
        each for each in bank.entries(homework().bank, kind) if stub in each.stubs and name in each.name
    ]
    with closing(isolation.launch()) as parent:
        for entry in entries:
            began, used = time.monotonic(), time.process_time()
            said, true = _measured(entry, stub, run, parent)
            first = said[0].split()[0]
            counts[first if first in ("nothing", "unmeasured") else "said"] += 1
            counts["false"] += not true
            took = f"{time.process_time() - used:.2f} of {time.monotonic() - began:.2f} s"
            print(f"{'' if true else 'FALSE '}{entry.name} [{entry.header.get('misconception', '')}] {took}")
            for each in said:
                print(f"    {each}")
    print(dict(counts))


def _measured(entry: bank.Entry, stub: str, run: Run, parent: WarmParent) -> tuple[list[str], bool]:
    submission, part = bank.submission(entry), homework().stubs[stub].part
    remotes = [RemoteSubmission(submission, part, parent, run) for _ in range(2)]
    asks = [lambda calls, remote=remote: remote.ask("many", {"calls": calls}) for remote in remotes]
    try:
        statements = measured.measured(stub, asks[0], 0)
        true = all(measured.holds(each, asks[1], seed) for each in statements for seed in (1, 2))
    except (StudentRaised, TimeLimit, Crashed, Missing, Ended) as end:
        return [f"unmeasured {type(end).__name__} {end}"[:150]], True
    finally:
        for remote in remotes:
            remote.close()
    shown = [
        f"{each.id} { ({k: v for k, v in each.values.items() if k != 'curve'}) } -> {each.misconception}"
        for each in statements
    ]
    return shown or ["nothing"], true


if __name__ == "__main__":
    main(*sys.argv[1:])
