"""This kit compared with nbgrader and otter-grader: the same 20 submissions, checks and training budget, in one run.

Half of the submissions are right and half are wrong, taken evenly from the bank. The peers call the kit's own
hidden checks, one per test cell or test file, in the interpreter that ran the student's code, as they usually do.
So all must give the same scores; if one does not, the bench stops. Each command is timed as a whole and may use all
cores; the time of the first result is that of its first file:
    kit        python -m autograder grade, 2 jobs; it also names the mistakes and writes a page for each student.
               Every home folder is new, so this is the first run on a machine, which calls all known mistakes
               once; "again" is any later run
    nbgrader   nbgrader autograde, one command for the class
    otter      otter run, without a container; one command per submission
    floor      the same checks called in this process, torch and everything else imported, one thread, nothing sealed
Memory is the largest proportional set size seen of the process tree (PSS, needs root), in a second run with fewer
submissions, because sampling costs time. The kit's overhead over the floor is in CPU seconds per submission, both
with everything imported, kit and floor in turn.

The peers get an environment of their own in build/peers-venv. It sees this environment's packages through a .pth
file, so that torch's 5 GB are not installed twice and every grader imports the same files.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from statistics import median
from subprocess import Popen, TimeoutExpired
from typing import Any

import cpu
import crowd
from grader import run
from graders import (
    ROOT,
    Class,
    Grader,
    environment,
    install_peers,
    prepare_kit,
    prepare_kit_again,
    prepare_nbgrader,
    prepare_otter,
)
from in_process import SEED, Examination

from autograder import grading
from autograder.checks import bank
from autograder.homework import homework
from autograder.intake import Submission
from autograder.sandbox.usage import proportional_bytes

CHART = ROOT / "build" / "bench-peers.png"
SIZE, MEMORY_SIZE = 20, 4
KIT, AGAIN = "kit, 2 jobs", "kit, 2 jobs, again"
NBGRADER, OTTER, FLOOR = "nbgrader autograde", "otter run", "floor, one thread"
# The rate that a large class sees: start-up, and the pages at the end, are paid only once.
STEADY = "per minute, once running"


def measure(share: float) -> dict[str, object]:
    versions = install_peers()
    students = chosen(max(4, round(SIZE * share)))
    few = dict(list(students.items())[::-1][: max(2, round(MEMORY_SIZE * share))])
    prepare = {KIT: prepare_kit, AGAIN: prepare_kit_again, NBGRADER: prepare_nbgrader, OTTER: prepare_otter}
    found: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as name:
        for number, (grader, prepared) in enumerate(prepare.items()):
            found[grader] = timed(prepared(Path(name, f"timed-{number}"), students), len(students))
            watched = prepared(Path(name, f"watched-{number}"), few)
            found[grader]["memory (PSS), GB, most"] = most_memory(watched)
    found[FLOOR], overhead = beside_floor(students)
    expected = found[FLOOR]["scores"]
    for grader, figures in found.items():
        figures["kit is faster by"] = round(found[KIT]["per minute"] / figures["per minute"], 1)
        figures["the same, once running"] = round(
            found[KIT][STEADY] / figures.get(STEADY, figures["per minute"]), 1
        )
        if figures.pop("scores") != expected:
            raise SystemExit(f"{grader} and the floor give other scores, so their times can't be compared")
    draw(found)
    return {
        "submissions": len(students),
        "of these for memory": len(few),
        "peers": versions,
        **found,
        **overhead,
        "chart": str(CHART.relative_to(ROOT)),
    }


def chosen(size: int) -> Class:
    """As many right as wrong entries of the bank, spread evenly, without those that end or stall their process."""
    right = bank.entries(homework().bank, "right")
    wrong = [entry for entry in bank.entries(homework().bank, "wrong") if "expect" not in entry.header]
    numbers = ((right, size - size // 2), (wrong, size // 2))
    entries = [
        kind[(2 * index + 1) * len(kind) // (2 * number)]
        for kind, number in numbers
        for index in range(number)
    ]
    return {f"{entry.kind}-{entry.name}": bank.files(entry) for entry in entries}


def timed(grader: Grader, size: int) -> dict[str, Any]:
    """Throughput of the whole run, and from the first result to the last; seconds to the first result; the scores."""
    seen: dict[Path, float] = {}

    def look(pid: int) -> None:
        for path in grader.folder.glob(grader.results):
            if path not in seen and grader.mark in crowd.read(str(path)):
                seen[path] = time.monotonic() - started

    started = time.monotonic()
    watch(grader, look, every_seconds=0.05)
    seconds = time.monotonic() - started
    if len(seen) != size:
        raise SystemExit(
            f"{grader.commands[0]} gave {len(seen)} results:\n{output(grader).read_text()[-2000:]}"
        )
    return {
        "per minute": round(60 * size / seconds, 1),
        STEADY: round(60 * (size - 1) / (max(seen.values()) - min(seen.values())), 1),
        "wall-clock s each": round(seconds / size, 2),
        "first result, s": round(min(seen.values()), 1),
        "scores": grader.scores(grader.folder),
    }


def most_memory(grader: Grader) -> float:
    """The most gigabytes (PSS) that the process tree held at one time."""
    samples = []

    def look(pid: int) -> None:
        samples.append(sum(map(proportional_bytes, [str(pid), *crowd.descendants(str(pid))])))

    watch(grader, look, crowd.EVERY_SECONDS)
    return round(max(samples) / 1e9, 2)


def watch(grader: Grader, look: Callable[[int], None], every_seconds: float) -> None:
    """Run the grader's commands one after another; call ``look`` with the process id at intervals and at the end."""
    variables = environment(grader.folder)
    with output(grader).open("a") as said:
        for command in grader.commands:
            with Popen(command, cwd=grader.folder, env=variables, stdout=said, stderr=said) as process:
                while process.poll() is None:
                    look(process.pid)
                    with suppress(TimeoutExpired):
                        process.wait(every_seconds)
            look(process.pid)


def output(grader: Grader) -> Path:
    return grader.folder / "output.txt"


def beside_floor(students: Class) -> tuple[dict[str, Any], dict[str, Any]]:
    """The floor's figures, and the kit's overhead over it: the median of all, and of only the right ones."""
    walls, scores, overhead = [], {}, {}
    handed_in = [
        Submission(name, {file: text.encode() for file, text in files.items()}, {}, (), digest="")
        for name, files in students.items()
    ]
    with cpu.accountable_warm_parent() as (parent, pid):
        for submission in (handed_in[0], *handed_in):  # the first one twice, as a warm-up
            spent = cpu.spent_on(pid, lambda: grading.grade(submission, run(SEED), parent))  # noqa: B023
            wall, own = time.monotonic(), time.process_time()
            scores[submission.name] = Examination(submission.files).score()
            overhead[submission.name] = spent.total - (time.process_time() - own)
            walls.append(time.monotonic() - wall)
    seconds = sum(walls[1:])
    right = [value for name, value in overhead.items() if name.startswith("right-")]
    figures = {
        "per minute": round(60 * len(students) / seconds, 1),
        "wall-clock s each": round(seconds / len(students), 2),
        "scores": scores,
    }
    return figures, {
        "kit's overhead over the floor, CPU s each": round(median(overhead.values()), 2),
        "the same, right ones (nothing to measure)": round(median(right), 2),
    }


def draw(found: dict[str, dict[str, Any]]) -> None:
    """Draw throughput, first result and memory as bars in a PNG file."""
    from matplotlib.figure import Figure

    shown = ("per minute", "first result, s", "memory (PSS), GB, most")
    titles = ("submissions a minute", "seconds to the first result", "memory (PSS), GB")
    figure = Figure(figsize=(11, 3), layout="constrained")
    for axes, key, title in zip(figure.subplots(1, 3), shown, titles, strict=True):
        names = [name for name in found if key in found[name]]
        bars = axes.barh(names, [found[name][key] for name in names], color="#4878a8")
        axes.bar_label(bars, padding=3)
        axes.invert_yaxis()
        axes.margins(x=0.2)
        axes.set_title(title)
        axes.spines[["top", "right"]].set_visible(False)
    CHART.parent.mkdir(exist_ok=True)
    figure.savefig(CHART, dpi=150)
