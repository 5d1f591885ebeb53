"""Kill a random process of the grader (kill -9) at a random moment, then run the same command again."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

from autograder import audit
from autograder.checks.bank import entries, files
from autograder.homework import homework

from .grader import ROLES, Grader

CLASS = (
    "kl_divergence--textbook kl_divergence--missing-half reparameterize--randn-like restore--textbook "
    "generate--textbook train--textbook"
).split()


def measure(folder: Path, count: int, jobs: int, seed: int) -> tuple[list[str], bool]:
    """Kill ``count`` times; returns lines for RESULTS.md, and whether nothing was lost or changed."""
    bank = {entry.name: entry for kind in ("right", "wrong") for entry in entries(homework().bank, kind)}
    place, out, temporary = folder / "class", folder / "out", folder / "tmp"
    audit.hand_in({name: files(bank[name]) for name in CLASS}, place)

    def begin() -> Grader:
        return Grader(place, out, temporary, jobs, seed)

    started = time.monotonic()
    if begin().process.wait() != 0:
        return ["- the undisturbed run failed"], False
    seconds = time.monotonic() - started
    undisturbed = results(out)
    chance = random.Random(seed)
    killed: Counter[str] = Counter()
    troubles: list[str] = []
    kept = 0
    for number in range(count):
        shutil.rmtree(out)
        grader = begin()
        time.sleep(chance.uniform(0, seconds))
        role = kill_one(grader, chance)
        finished = contents(out)
        killed[role] += 1
        kept += len(finished)
        grader.process.wait()
        status = begin().process.wait()
        after = contents(out)
        lost = [name for name, content in finished.items() if after.get(name) != content]
        wrong = [name for name, result in undisturbed.items() if results(out).get(name) != result]
        half = [path.name for path in out.rglob(".*")]
        for what, found in (
            ("lost", lost),
            ("wrong", wrong),
            ("half-written", half),
            ("left over", grader.left_over()),
        ):
            troubles += [f"kill {number}, {role}: {what} {', '.join(found)}"] * bool(found)
        troubles += [f"kill {number}, {role}: exit status {status}"] * bool(status)
        print(f"{number + 1} of {count}: {role}, {len(finished)} finished", file=sys.stderr, flush=True)
        for path in temporary.iterdir():
            shutil.rmtree(path, ignore_errors=True)
    lines = [
        f"- {count} kills ({', '.join(f'{number} {role}' for role, number in sorted(killed.items()))}) at random moments "
        f"of a class of {len(CLASS)} that takes {seconds:.0f} seconds; {kept} results were finished at these moments",
        f"- **{count_of(troubles, 'lost')} lost, {count_of(troubles, 'wrong')} wrong**, "
        f"{count_of(troubles, 'half-written')} half-written, {count_of(troubles, 'left over')} with something left over",
        *(f"  - {trouble}" for trouble in troubles),
    ]
    return lines, not troubles


def kill_one(grader: Grader, chance: random.Random) -> str:
    """Kill a process of a random role, among the roles that exist now; returns the role."""
    there = (
        {role: pids for role in ROLES if (pids := grader.pids(role))} if grader.process.poll() is None else {}
    )
    if not there:
        return "nobody (already done)"
    role = chance.choice(list(there))
    with suppress(ProcessLookupError):
        os.kill(chance.choice(there[role]), signal.SIGKILL)
    return role


def contents(out: Path) -> dict[str, bytes]:
    """The finished results, byte for byte."""
    return {path.stem: path.read_bytes() for path in (out / "results").glob("[!.]*")}


def results(out: Path) -> dict[str, Any]:
    """The finished results as data, without the time that they took."""
    return {name: {**json.loads(content), "seconds": 0} for name, content in contents(out).items()}


def count_of(troubles: list[str], what: str) -> int:
    return sum(f": {what} " in trouble for trouble in troubles)
