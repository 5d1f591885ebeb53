"""Grade a class of bank entries, 95 % ordinary and 5 % hostile, in one run: results, memory, what is left over."""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from pathlib import Path
from statistics import median

from autograder import audit
from autograder.checks.bank import Entry, entries, files
from autograder.homework import homework
from autograder.intake import find
from autograder.outfolder import Folder
from autograder.results import Result

from .grader import Grader

HOSTILE_SHARE = 0.05
EVERY_SECONDS = 2
WINDOWS = {"start": (0.0, 0.15), "middle": (0.45, 0.6), "end": (0.85, 1.0)}


def measure(folder: Path, count: int, jobs: int, seed: int) -> tuple[list[str], bool]:
    """Grade ``count`` submissions; returns lines for RESULTS.md, and whether all is as it must be."""
    handed_in = draw(count, random.Random(seed))
    place, out = folder / "class", folder / "out"
    audit.hand_in({name: files(entry) for name, entry in handed_in.items()}, place)
    started = time.monotonic()
    grader = Grader(place, out, folder / "tmp", jobs, seed)
    samples = watch(grader, out, count)
    seconds = time.monotonic() - started
    left = grader.left_over()
    read = Folder.of(out, find(place)).read
    wrong = {name: trouble for name, entry in handed_in.items() if (trouble := problem(entry, read(name)))}
    kinds = Counter(entry.kind for entry in handed_in.values())
    status = grader.process.returncode
    lines = [
        f"- {count} submissions ({', '.join(f'{number} {kind}' for kind, number in sorted(kinds.items()))}) "
        f"in {seconds:.0f} seconds, {seconds / count:.2f} each; exit status {status}",
        f"- **{count - len(wrong)} of {count} have the right result**",
        *(f"  - {name}: {trouble}" for name, trouble in sorted(wrong.items())),
        f"- memory (PSS) of the trusted side: {shown(samples)}",
        f"- left over: {', '.join(left) or 'no process, no file'}",
    ]
    return lines, not wrong and not left and status == 0


def draw(count: int, chance: random.Random) -> dict[str, Entry]:
    """Bank entries by unique names. Every entry comes once before any comes twice."""
    ordinary = [*entries(homework().bank, "right"), *entries(homework().bank, "wrong")]
    hostile = entries(homework().bank, "hostile")
    bad = round(count * HOSTILE_SHARE) if hostile else 0
    drawn = [*cycled(ordinary, count - bad, chance), *cycled(hostile, bad, chance)]
    chance.shuffle(drawn)
    return {f"{number:04}-{entry.kind}-{entry.name}": entry for number, entry in enumerate(drawn)}


def cycled(pool: list[Entry], count: int, chance: random.Random) -> list[Entry]:
    drawn: list[Entry] = []
    while len(drawn) < count:
        drawn += chance.sample(pool, min(len(pool), count - len(drawn)))
    return drawn


def watch(grader: Grader, out: Path, count: int) -> list[tuple[float, int]]:
    """Sample until the grader ends: the share of results that exist, and the memory at that moment."""
    samples = []
    told = 0
    while grader.process.poll() is None:
        done = len(list((out / "results").glob("[!.]*"))) if (out / "results").is_dir() else 0
        if done:  # before the first result, libraries are still being imported
            samples.append((done / count, grader.trusted_bytes()))
        if done >= told + 100:
            told = done
            print(f"{done} of {count}", file=sys.stderr, flush=True)
        time.sleep(EVERY_SECONDS)
    return samples


def shown(samples: list[tuple[float, int]]) -> str:
    """The median of each window, in MB."""
    found = []
    for name, (begin, end) in WINDOWS.items():
        inside = [size for share, size in samples if begin <= share <= end]
        found.append(f"{name} {median(inside) / 1e6:.0f} MB" if inside else f"{name} not sampled")
    most = f"most {max(size for _, size in samples) / 1e6:.0f} MB" if samples else "no sample"
    return f"{', '.join(found)}; {most} ({len(samples)} samples)"


def problem(entry: Entry, result: Result | None) -> str:
    """What is wrong with a result, or ""."""
    if result is None:
        return "no result"
    if entry.kind == "right" and (result.status, result.score) != ("graded", result.max_score):
        return f"{result.status}, {result.score}"
    finding = audit.judge(entry, result)
    return " ".join([finding.wrong, *finding.lost_elsewhere]) if finding.wrong else ""
