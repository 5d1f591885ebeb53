"""Try a row: run its script and classify the outcome."""

from __future__ import annotations

import csv
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from autograder import kit
from autograder.homework import homework
from tests.machines import needs
from tests.machines.row import FULL, REFUSED, Grader, Row

SCORES = {"right": 100.0, "wrong": 30.0}  # the solution, and a skeleton whose loss.py is the solution's
SEED = 20131220
SECONDS = 420
PATIENCE = 30  # seconds for what should go away by itself
PRELUDE = Path(__file__).with_name("prelude.sh")
WRONG = "WRONG"
NO_CAUSE = "got no result"  # part of the message about failed results, whatever the reason
# What a student may do and import, appended to the right latent.py. wave, prune and sklearn are imported
# only after a process is sealed, unless the grader imports them before.
USES = """

import os, statistics, tempfile, wave
import numpy.fft, sklearn.decomposition, torch.fft, torch.nn.utils.prune, tqdm.auto
import matplotlib.pyplot

with open("notes", "wb") as _notes, tempfile.TemporaryFile() as _more:
    _notes.write(bytes(2 << 20))
    _more.write(bytes(2 << 20))
_files = [open(os.devnull) for _ in range(70)]
_memory = torch.ones(75_000_000)
del _files, _memory
"""
FILES = ("model.py", "loss.py", "training.py", "latent.py")


@dataclass(frozen=True)
class Outcome:
    """``kind`` is FULL, REFUSED or WRONG; ``what`` is what was seen, in a few words."""

    kind: str
    what: str
    seconds: float
    said: str = ""

    def right_for(self, row: Row) -> bool:
        return self.kind in row.accept


def tried(row: Row) -> Outcome:
    """Try a row in a folder of its own; afterwards neither the folder nor any of its processes is left."""
    place = Path(tempfile.mkdtemp(prefix="vae-m-"))
    try:
        place.chmod(0o711)
        for name in ("tmp", "home", "here"):
            (place / name).mkdir()
        write_class(place / "class")
        began = time.monotonic()
        status, out, said = _run(row, place, row.script)
        outcome = _outcome(row, place, status, out, said)
        if outcome[0] == REFUSED and row.then_mended:
            shutil.rmtree(place / "kept", ignore_errors=True)
            (place / "tmp").chmod(0o755)
            status, out, said = _run(row, place, 'grade "$@"')
            again = _outcome(row, place, status, out, said)
            if again[0] != FULL:
                outcome = WRONG, f"mended, the same command: {again[1]}"
        return Outcome(*outcome, time.monotonic() - began, said)
    finally:
        _end_all(place)
        for folder in (needs.MEMORY, needs.PIDS):
            _remove_group(folder / place.name)
        shutil.rmtree(place, ignore_errors=True)


def _remove_group(group: Path) -> None:
    """Remove a control group as soon as its last process is gone."""
    patience = time.monotonic() + PATIENCE
    while group.exists() and time.monotonic() < patience:
        with suppress(OSError):
            group.rmdir()
        time.sleep(0.02)


def write_class(place: Path) -> None:
    """Write a right submission, and one worth 30, which shows that not everybody gets the same score."""
    for student, solved in (("right", FILES), ("wrong", ("loss.py",))):
        (place / student).mkdir(parents=True)
        for name in FILES:
            source = homework().solution if name in solved else homework().handout
            shutil.copyfile(source / "vae" / name, place / student / name)
    with open(place / "right" / "latent.py", "a") as file:
        file.write(USES)


def _run(row: Row, place: Path, script: str) -> tuple[int, str, str]:
    """Run the script that becomes the grader; returns exit status, stdout and stderr."""
    arguments = ["grade", place / "class", "--out", place / "out", "--dataset", "digits", "--quiet"]
    arguments += ["--jobs", row.jobs, "--seed", SEED]
    whole = f". {shlex.quote(str(PRELUDE))}\n{script}"
    command = ["bash", "-c", whole, "row", *map(str, arguments)]
    if row.own_mounts:
        command = ["unshare", "--mount", "--propagation", "private", *command]
    with open(place / "stdout", "wb") as out, open(place / "stderr", "wb") as error:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=error,
            cwd=place / "here",
            env=_environment(place),
            start_new_session=True,
            preexec_fn=_usual_signals,
        )
        with _meanwhile(row, place, process):
            try:
                process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                (place / "stderr").write_text(f"no end after {SECONDS} s")
                _end_all(place)
                process.kill()
                process.wait()
    said = [(place / name).read_text(errors="replace") for name in ("stdout", "stderr")]
    return process.returncode, said[0], said[1]


def _usual_signals() -> None:
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def _environment(place: Path) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "AUTOGRADER", "PYTEST", "VAE_", "COVERAGE"))
    }
    return {
        **kept,
        "PLACE": str(place),
        "OUT": str(place / "out"),
        "TMPDIR": str(place / "tmp"),
        "HOME": str(place / "home"),
        "COLUMNS": "200",
        "PYTHON": sys.executable,
        "CONSOLE": str(Path(sys.executable).with_name("autograder")),
        "KIT": str(kit.ROOT),
        "MACHINES": str(PRELUDE.parent),
        "VENV": sys.prefix,
        "SITE": sysconfig.get_path("purelib"),
        "STDLIB": sysconfig.get_path("stdlib"),
        "BASE": sys.base_prefix,
        "VERSION": ".".join(map(str, sys.version_info[:3])),
    }


@contextmanager
def _meanwhile(row: Row, place: Path, process: subprocess.Popen[bytes]) -> Iterator[None]:
    if row.meanwhile is None:
        yield
        return
    grader = Grader(process.pid, place, lambda: process.poll() is not None)
    thread = threading.Thread(target=row.meanwhile, args=(grader,), daemon=True)
    thread.start()
    yield
    thread.join(30)


def _outcome(row: Row, place: Path, status: int, out: str, said: str) -> tuple[str, str]:
    """The outcome's kind, and what was seen."""
    shown = place / "kept" if (place / "kept").is_dir() else place / "out"
    lines = [line for line in said.splitlines() if line.strip()]
    last = f"status {status}: {' | '.join(lines[-2:])[:300]}"
    if (place / "ran").exists():
        return WRONG, f"ran in the grader's own processes: {(place / 'ran').read_text().split()}"
    if "Traceback" in out + said:
        return WRONG, f"a traceback; {last}"
    taken = _taken(shown)
    if taken:
        return WRONG, f"{taken}; {last}"
    left = _left_over(place)
    if left:
        return WRONG, f"left over: {left}; {last}"
    if row.says and row.says.format(place=place, tmp=place / "tmp") not in out + said:
        return WRONG, f"does not say {row.says!r}; {last}"
    if row.struck and not (place / "struck").exists():
        return WRONG, f"nobody was killed; {last}"
    if status == 0:
        return _graded(row, shown)
    if status in (2, 3):
        return _refused(row, place, lines, last)
    return WRONG, last


def _taken(shown: Path) -> str:
    """Points that somebody lost or got for nothing, as a text; "" if there are none."""
    for path in sorted((shown / "results").glob("[!.]*.json")):
        result = json.loads(path.read_text(encoding="utf-8"))
        name, score = result["submission"], result["score"]
        if score is not None and score != SCORES[name]:
            ends = [c["message"] for c in result["checks"] if c["outcome"] != "passed"]
            return f"{name} got {score:g} ({result['isolation']}): {ends[0][:150] if ends else ''}"
    for name, score in _table(shown).items():
        if score not in ("", f"{SCORES[name]:g}"):
            return f"grades.csv has {score} for {name}"
    return ""


def _table(shown: Path) -> dict[str, str]:
    path = shown / "grades.csv"
    if not path.exists():
        return {}
    with open(path, encoding="utf-8-sig", newline="") as file:
        return {row["submission"]: row["score"] for row in csv.DictReader(file)}


def _graded(row: Row, shown: Path) -> tuple[str, str]:
    points = {name: f"{score:g}" for name, score in SCORES.items()}
    if _table(shown) != points:
        return WRONG, f"status 0, and grades.csv has {_table(shown)}"
    found = json.loads((shown / "results" / "right.json").read_text(encoding="utf-8"))["isolation"]
    if row.tier and found != row.tier:
        return WRONG, f"100 in the tier {found}, where {row.tier} was to be had"
    return FULL, found


def _refused(row: Row, place: Path, lines: list[str], last: str) -> tuple[str, str]:
    """The outcome of a refusal: right if a line in Korean and one in English name the cause."""
    if len(lines) < 2 or not re.search("[가-힣]", lines[-2]) or re.search("[가-힣]", lines[-1]):
        return WRONG, f"not a line in Korean and one in English; {last}"
    if NO_CAUSE in lines[-1]:
        return WRONG, f"names no cause; {last}"
    named = row.word.format(place=place, tmp=place / "tmp").split("|")
    if not all(any(word in line for word in named) for line in lines[-2:]):
        return WRONG, f"does not name {' or '.join(named)}; {last}"
    said = lines[-1]
    # The page must not show this machine's paths.
    for path, shown in ((place, "PLACE"), (kit.ROOT, "KIT"), (sys.base_prefix, "BASE")):
        said = said.replace(str(path), shown)
    return REFUSED, said[:300]


def _left_over(place: Path) -> list[str]:
    """Processes of the row and files in its TMPDIR that are still there after PATIENCE seconds."""
    patience = time.monotonic() + PATIENCE
    while left := [*(f"process {pid}" for pid in _processes(place)), *_names(place / "tmp")]:
        if time.monotonic() > patience:
            return left
        time.sleep(0.05)
    return []


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _processes(place: Path) -> list[int]:
    """All processes whose environment or command names the row's folder; a student's knows only its scratch in it."""
    mine, found = os.fsencode(place), []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if mine in (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return [pid for pid in found if pid != os.getpid()]


def _end_all(place: Path) -> None:
    for pid in _processes(place):
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:
            continue
