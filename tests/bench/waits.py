"""How long a person waits: after Ctrl-C while students' code never ends, and for all release channels."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from autograder import audit
from autograder.homework import homework

REPETITIONS = 7
ENDLESS = "import time\ntime.sleep(1000)\n"


def measure(share: float) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as name:
        taken = [interrupted(Path(name, str(number))) for number in range(max(1, round(REPETITIONS * share)))]
        released = release(Path(name, "dist"))
    return {
        "repetitions": len(taken),
        "from Ctrl-C to the end of the command, median, s": round(median(taken), 2),
        "most, s": round(max(taken), 2),
        "all release channels with their gate, s": round(released, 1),
    }


def interrupted(folder: Path) -> float:
    """Seconds from Ctrl-C until the command has ended, while two submissions never end and a third has been graded."""
    solution = {name: (homework().solved / name).read_text(encoding="utf-8") for name in homework().files}
    endless = {name: {**solution, "loss.py": ENDLESS} for name in ("endless-1", "endless-2")}
    audit.hand_in({"an": solution, **endless}, folder / "class")
    out = folder / "out"
    process = subprocess.Popen(
        [sys.executable, "-m", "autograder", "grade", folder / "class", "--out", out, "--jobs", "2"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    while not (out / "results" / "an.json").exists():
        if process.poll() is not None:
            raise SystemExit("graded nothing")
        time.sleep(0.02)
    time.sleep(2)  # until only those that never end are running
    started = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    status = process.wait()
    taken = time.monotonic() - started
    if status != 130:
        raise SystemExit(f"ended with {status}")
    return taken


def release(dist: Path) -> float:
    """Seconds for building all channels."""
    command = [sys.executable, "-m", "autograder", "release", "--out", dist]
    started = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - started
