"""What each further submission costs: a class of 5,000 tiny submissions, and the constants of docs/scale.md.

Every submission is tiny (its files don't import), so that the engine's own work shows. One command grades the class
with 2 jobs. The memory (PSS) of its main process is read every second; the result files tell when each submission was
done. If the cost grew, the quarters would show it. Then a few right submissions give the seconds of a real one.
Memory needs root: graders let nobody else look.
"""

import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from statistics import median

from distributed.protocol.pickle import dumps
from grader import run, solution, warm_parent

from autograder import cluster
from autograder.grading import grade
from autograder.sandbox.usage import proportional_bytes

SIZE, JOBS, EVERY_SECONDS, REAL = 5000, 2, 1.0, 5
TINY = "raise NotImplementedError  # {}\n"


def measure(share: float) -> dict[str, object]:
    size = max(20, round(SIZE * share))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(size):
            desk = folder / "class" / f"student-{number:05}"
            desk.mkdir(parents=True)
            (desk / "loss.py").write_text(TINY.format(number))
        wall, memory = graded(folder)
        done = sorted(path.stat().st_mtime for path in (folder / "out" / "results").iterdir())
        if len(done) != size:
            raise SystemExit(f"{len(done)} results of {size}")
        on_disk = sum(path.stat().st_size for path in (folder / "out").rglob("*") if path.is_file())
    table = quarters(done, memory)
    print(markdown(table))
    return {
        "submissions": size,
        "jobs": JOBS,
        "wall-clock s": round(wall, 1),
        "s before the first result and after the last": round(wall - (done[-1] - done[0]), 1),
        "quarters": table,
        "kB of results and pages, a submission": round(on_disk / size / 1e3, 1),
        **real(max(2, round(REAL * share))),
    }


def graded(folder: Path) -> tuple[float, dict[float, int]]:
    """Wall-clock seconds of the command, and the memory of its main process: time of day -> bytes."""
    arguments = ["grade", folder / "class", "--out", folder / "out", "--jobs", str(JOBS)]
    started, memory = time.monotonic(), {}
    with subprocess.Popen(
        [sys.executable, "-m", "autograder", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as grading:
        while grading.poll() is None:
            memory[time.time()] = proportional_bytes(str(grading.pid))
            time.sleep(EVERY_SECONDS)
    if grading.returncode:
        raise SystemExit(f"grading ended with status {grading.returncode}")
    return time.monotonic() - started, memory


def quarters(done: list[float], memory: dict[float, int]) -> list[dict[str, object]]:
    """For each quarter of the results: seconds per submission, and the main process's largest memory meanwhile."""
    table: list[dict[str, object]] = []
    edges = [round(part * (len(done) - 1) / 4) for part in range(5)]
    for first, last in pairwise(edges):
        begin, end = done[first], done[last]
        held = [size for when, size in memory.items() if begin <= when <= end]
        table.append(
            {
                "submissions": f"{first + 1}-{last + 1}",
                "s each": round((end - begin) / (last - first), 3),
                "main process, MB": round(max(held) / 1e6, 1) if held else None,
            }
        )
    return table


def real(repetitions: int) -> dict[str, object]:
    """Constants of a real submission: seconds on one core, and the kilobytes sent to a cluster worker and back."""
    order = dumps((solution(), (run(0), "namespaces", False)))
    with warm_parent() as parent:
        results = [grade(solution(), run(seed), parent) for seed in range(repetitions + 1)][1:]
    return {
        "right submission, wall-clock s": round(median(result.seconds for result in results), 2),
        "kB to a worker": round((len(order) + len(dumps(cluster._task()))) / 1e3, 1),
        "kB back": round(len(dumps(results[0])) / 1e3, 1),
    }


def markdown(rows: list[dict[str, object]]) -> str:
    """The rows as a table for docs/scale.md."""
    lines = [list(rows[0]), ["---:"] * len(rows[0]), *([str(cell) for cell in row.values()] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
