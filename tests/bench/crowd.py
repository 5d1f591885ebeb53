"""A class of 40 right submissions graded by the command with 2 jobs: seconds per submission, and memory.

Seconds are wall-clock time of the whole command, start-up and reports included, over 40. Memory is measured in a
second run, because sampling costs time: every 0.5 s the proportional set sizes (PSS: shared pages count once) of the
command's process and all its descendants are added up. That needs root: graders let nobody else look.
"""

import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from statistics import median

from grader import solution

from autograder.sandbox.usage import proportional_bytes

SIZE, JOBS, EVERY_SECONDS = 40, 2, 0.5
ROLES = (  # a word in the command line, the process, its descendants
    ("warm_parent", "warm parent", "students and supervisors"),
    ("forkserver", "fork server", "workers"),
    ("", "others", "others"),
)


def measure(share: float) -> dict[str, object]:
    size = max(4, round(SIZE * share))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(size):
            desk = folder / "class" / f"student-{number:02}" / "vae"
            desk.mkdir(parents=True)
            for file, content in solution().files.items():
                (desk / file).write_bytes(content + f"# {number}\n".encode())
        wall, _ = graded(folder, sampling=False)
        _, samples = graded(folder, sampling=True)
    totals = [sum(sample.values()) for sample in samples]
    most = samples[totals.index(max(totals))]
    return {
        "submissions": size,
        "jobs": JOBS,
        "wall-clock s each": round(wall / size, 2),
        "memory (PSS), GB, most": round(max(totals) / 1e9, 2),
        "memory (PSS), GB, median": round(median(totals) / 1e9, 2),
        "the most is made of, GB": {role: round(size / 1e9, 2) for role, size in most.items()},
        "samples": len(samples),
    }


def graded(folder: Path, sampling: bool) -> tuple[float, list[Counter[str]]]:
    """Wall-clock seconds of one class run, and the samples of its memory: bytes by role."""
    out = folder / f"out-{sampling}"
    command = [
        sys.executable,
        "-m",
        "autograder",
        "grade",
        folder / "class",
        "--out",
        out,
        "--jobs",
        str(JOBS),
    ]
    started, samples = time.monotonic(), []
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as grading:
        while grading.poll() is None:
            if sampling:
                samples.append(memory(str(grading.pid)))
                time.sleep(EVERY_SECONDS)
            else:
                grading.wait()
        seconds = time.monotonic() - started
    scores = [row.split(",")[1] for row in (out / "grades.csv").read_text("utf-8-sig").splitlines()[1:]]
    if set(scores) != {"100"}:
        raise SystemExit(f"not all got 100: {scores}")
    return seconds, samples


def memory(main: str) -> Counter[str]:
    """Bytes (PSS) of the process and all its living descendants, by what they are there for."""
    found = Counter({"main": proportional_bytes(main)})
    for child in children(main):
        command = read(f"/proc/{child}/cmdline")
        for word, role, offspring in ROLES:
            if word in command:
                found[role] += proportional_bytes(child)
                found[offspring] += sum(proportional_bytes(pid) for pid in descendants(child))
                break
    return found


def descendants(pid: str) -> list[str]:
    found = children(pid)
    for each in found:
        found += children(each)
    return found


def children(pid: str) -> list[str]:
    return [
        child for file in Path(f"/proc/{pid}/task").glob("*/children") for child in read(str(file)).split()
    ]


def read(path: str) -> str:
    """The text of a file below /proc; "" if its process is gone."""
    try:
        return Path(path).read_text(errors="replace")
    except OSError:
        return ""
