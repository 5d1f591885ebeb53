"""``python -m tests.mutation``: measure how well the hidden checks catch mutants of the solution; kept in RESULTS.md.

Exit status 1 if a mutant that is not listed in equivalent.toml keeps all points, if a listed one loses some, or if a
mutant loses points in a part other than its own.
"""

from __future__ import annotations

import argparse
import datetime
import platform
import sys
import time
from collections import Counter
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from autograder.fingerprint import fingerprint
from autograder.homework import homework
from autograder.messages import Refusal
from autograder.run import Run
from autograder.sandbox.ends import SandboxFault

from .grading import Verdict, verdicts
from .mutants import mutants

RESULTS = Path(__file__).with_name("RESULTS.md")
COLUMNS = ("mutants", "caught", "raised", "short run only", "equivalent", "survived")
SEED = 20131220


def main() -> int:
    """Grade, print, write; returns the exit status."""
    parser = argparse.ArgumentParser("python -m tests.mutation", description=__doc__)
    parser.add_argument("--jobs", type=int, default=2, help="mutants at a time (default: 2)")
    parser.add_argument("--seed", type=int, default=SEED, help="seed of the hidden inputs")
    parser.add_argument("--file", choices=homework().files, help="only mutants of this file; keeps no record")
    parser.add_argument("--list", action="store_true", help="show the mutants and grade nothing")
    arguments = parser.parse_args()
    chosen = [mutant for mutant in mutants() if arguments.file in (None, mutant.file)]
    if arguments.list:
        for mutant in chosen:
            print(
                f"{mutant.name} {mutant.operator} {mutant.file}:{mutant.line}\n{shown(mutant.before, mutant.after)}"
            )
        return 0
    run = Run(homework(), "digits", None, "cpu", arguments.seed, "en")
    found: list[Verdict] = []
    started = time.monotonic()
    try:
        for verdict in verdicts(chosen, run, arguments.jobs):
            found.append(verdict)
            if verdict.survived or len(found) % 50 == 0:
                what = f": {verdict.mutant.name} survived" if verdict.survived else ""
                print(f"{len(found)} of {len(chosen)}{what}", file=sys.stderr, flush=True)
    except (ValueError, SandboxFault) as fault:
        print(fault, file=sys.stderr)
        return 1
    except Refusal as error:
        print(error.message.text("en"), file=sys.stderr)
        return 1
    found.sort(key=lambda verdict: verdict.mutant.name)
    text = report(found, arguments.seed, arguments.jobs, time.monotonic() - started)
    print(text)
    if arguments.file is None:
        RESULTS.write_text(text, encoding="utf-8")
    return int(any(problem(verdict) for verdict in found))


def problem(verdict: Verdict) -> str:
    """What is wrong with a verdict, or ""."""
    if verdict.survived:
        return "survived"
    if verdict.false_alarm:
        return f"equivalent, yet lost points: {', '.join(check.id for check in verdict.lost)}"
    return f"lost elsewhere: {', '.join(verdict.elsewhere)}" if verdict.elsewhere else ""


def report(found: list[Verdict], seed: int, jobs: int, seconds: float) -> str:
    """The text of RESULTS.md."""
    total = count(found)
    decisive = total["mutants"] - total["equivalent"]
    silent = decisive - total["raised"]
    caught_silent = total["caught"] - total["raised"]
    lines = [
        "# Mutants of the solution",
        "",
        "Written by `make mutants`; not to be edited. Why each equivalent mutant is right: `equivalent.toml`.",
        "",
        f"**Score: {total['caught']} of {decisive} = {percent(total['caught'], decisive)}** of the mutants that are not "
        f"equivalent lose points. {total['raised']} of them raise an exception of their own; of those that run to "
        f"their end {caught_silent} of {silent} = {percent(caught_silent, silent)} are caught.",
        "",
        f"- {datetime.date.today().isoformat()}, {seconds:.0f} seconds, {jobs} jobs, seed {seed}",
        f"- Python {platform.python_version()}, torch {version('torch')}, cosmic-ray {version('cosmic-ray')}, "
        f"checks {fingerprint()}",
        "",
        "`raised`: caught by an exception, a limit or a crash, not by a comparison. `short run only`: caught only by "
        "the short training run, as mutants of the given network must be. Operators in CamelCase are "
        "cosmic-ray's, the others are those of `operators.py`.",
        "",
        "| file | operator | " + " | ".join(COLUMNS) + " |",
        "|---|---|" + "--:|" * len(COLUMNS),
    ]
    for file in homework().files:
        of_file = [verdict for verdict in found if verdict.mutant.file == file]
        for operator in sorted({verdict.mutant.operator for verdict in of_file}):
            lines.append(row(file, operator, [each for each in of_file if each.mutant.operator == operator]))
        if of_file:
            lines.append(row(f"**{file}**", "**all**", of_file))
    lines += [row("**all**", "**all**", found), "", "## Not as it must be", ""]
    for verdict in found:
        if trouble := problem(verdict):
            mutant = verdict.mutant
            lines += [
                f"{mutant.name}, `{mutant.file}` line {mutant.line}, {mutant.operator}: {trouble}",
                "",
                "```diff",
                shown(mutant.before, mutant.after),
                "```",
                "",
            ]
    if not any(problem(verdict) for verdict in found):
        lines.append("Nothing.")
    return "\n".join(lines).rstrip() + "\n"


def count(found: Iterable[Verdict]) -> Counter[str]:
    numbers: Counter[str] = Counter()
    for verdict in found:
        numbers["mutants"] += 1
        numbers["caught"] += verdict.caught
        numbers["raised"] += verdict.raised
        numbers["short run only"] += verdict.short_run_only
        numbers["equivalent"] += verdict.is_equivalent
        numbers["survived"] += verdict.survived
    return numbers


def row(file: str, operator: str, found: Iterable[Verdict]) -> str:
    numbers = count(found)
    return f"| {file} | {operator} | " + " | ".join(str(numbers[column]) for column in COLUMNS) + " |"


def percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "none"


def shown(before: str, after: str) -> str:
    """The changed lines as a diff."""
    removed = [f"- {line}" for line in before.splitlines()]
    return "\n".join([*removed, *(f"+ {line}" for line in after.splitlines())])


if __name__ == "__main__":
    sys.exit(main())
