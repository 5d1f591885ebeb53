"""Resource limits: each one of homework.toml is enforced in both tiers, and whoever meets one is told which.

The limits are small here, so that they are met quickly. A case is one file, graded like any other, which also
shows the status and the words, in both languages.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder.checks.limits import NUMBERS, SIGNS, limit_met, numbers
from autograder.grading import grade
from autograder.homework import Homework, homework
from autograder.intake import Submission
from autograder.messages import Message, catalogue
from autograder.run import Run
from autograder.sandbox import usage
from autograder.sandbox.client import WarmParent
from autograder.sandbox.seal import Limits

LIMITED = {
    "cpu_seconds": 2,
    "wall_seconds": 20,
    "memory_mb": 250,
    "processes": 12,
    "open_files": 40,
    "file_mb": 4,
    "scratch_mb": 16,
    "scratch_files": 100,
    "output_mb": 2,
}


@dataclass(frozen=True)
class Case:
    """Lines of a student's file and what has to come of them; two messages if the tiers differ."""

    source: str
    messages: tuple[str, ...]
    named: tuple[str, ...]
    status: str = "graded"
    changes: tuple[tuple[str, int], ...] = ()


HOLD = "import time\ntime.sleep(100)\n"
CASES = {
    "computing": Case("while True: pass", ("check.cpu_time",), ("2",), "timeout"),
    "sleeping": Case(HOLD, ("check.wall_time",), ("1",), "timeout", (("wall_seconds", 1),)),
    "memory of torch": Case(
        "import torch\nkept = []\nwhile True: kept.append(torch.ones(1 << 22))",
        ("check.limit_memory",),
        ("250 MB", "loss.py", "3"),
    ),
    "memory of Python": Case(
        "kept = []\nwhile True: kept.append(bytearray(1 << 24))", ("check.limit_memory",), ("250 MB",)
    ),
    "memory of NumPy": Case("import numpy\nnumpy.ones(1 << 40)", ("check.limit_memory",), ("250 MB", "TiB")),
    "shared memory": Case(
        "import mmap\nkept = []\nfor _ in range(40):\n    kept.append(mmap.mmap(-1, 1 << 24))\n"
        "    kept[-1].write(b'x' * (1 << 24))\n" + HOLD,
        ("check.crashed_memory",),
        ("250 MB",),
        "crashed",
        (("cpu_seconds", 20),),
    ),
    "memory of children": Case(
        "import os, time\nfor _ in range(6):\n    if os.fork() == 0:\n        mine = b'x' * (100 << 20)\n"
        "        time.sleep(100)\n" + HOLD,
        ("check.crashed_memory",),
        ("250 MB",),
        "crashed",
        (("cpu_seconds", 20),),
    ),
    "threads": Case(
        "import threading, time\nfor _ in range(40):\n"
        "    threading.Thread(target=time.sleep, args=(100,), daemon=True).start()",
        ("check.limit_processes",),
        ("12",),
    ),
    "children": Case(
        "import os, time\nfor _ in range(40):\n    if os.fork() == 0: time.sleep(100)",
        ("check.limit_processes",),
        ("12",),
        changes=(("memory_mb", 1500),),
    ),
    "fork bomb": Case(
        "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
        ("check.time_processes",),
        ("12",),
        "timeout",
        (("memory_mb", 1500),),
    ),
    "open files": Case(
        "kept = []\nwhile True: kept.append(open('/dev/null'))", ("check.limit_open_files",), ("40",)
    ),
    "a large file": Case(
        "file = open('f', 'wb', buffering=0)\nwhile True: file.write(b'x' * (1 << 20))",
        ("check.limit_file",),
        ("4 MB",),
    ),
    "a large file of torch": Case(
        "import torch\ntorch.save(torch.ones(4 << 20), 'f')", ("check.limit_disk",), ("4 MB", "16 MB")
    ),
    "a large file of NumPy": Case(
        "import numpy\nnumpy.save('f', numpy.ones(4 << 20))", ("check.limit_disk",), ("4 MB", "16 MB")
    ),
    "much in files": Case(
        "for n in range(40): open(str(n), 'wb').write(b'x' * (1 << 20))\n" + HOLD,
        ("check.limit_scratch", "check.crashed_scratch"),
        ("16 MB",),
    ),
    "many files": Case(
        "for n in range(1000): open(str(n), 'wb').close()\n" + HOLD,
        ("check.limit_scratch", "check.crashed_scratch"),
        ("100",),
    ),
    "many folders": Case(
        "import os\nfor n in range(1000): os.mkdir(str(n))\n" + HOLD,
        ("check.limit_scratch", "check.crashed_scratch"),
        ("100",),
    ),
    "deleted files": Case(
        "import os\nkept = []\nfor n in range(30):\n    kept.append(open('f', 'wb', buffering=0))\n"
        "    kept[-1].write(b'x' * (1 << 20))\n    os.unlink('f')\n" + HOLD,
        ("check.limit_scratch", "check.crashed_scratch"),
        ("16 MB",),
    ),
    "printing": Case("while True: print('x' * 1000)", ("check.crashed_output",), ("2 MB",), "crashed"),
    "printing of a child to stderr": Case(
        "import os\nif os.fork() == 0:\n    while True: os.write(2, b'x' * 10_000)\n" + HOLD,
        ("check.crashed_output",),
        ("2 MB",),
        "crashed",
    ),
}


def limited(**changes: int) -> Homework:
    return replace(homework(), **{**LIMITED, **changes})


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_who_meets_a_limit_is_told_which(
    sealed: WarmParent, handed_in: Callable[..., Submission], run: Run, case: Case
) -> None:
    result = grade(
        handed_in({"loss.py": case.source}), replace(run, homework=limited(**dict(case.changes))), sealed
    )
    told = next(check for check in result.checks if check.id == "reconstruction_scalar")
    # The process's own file system refuses to write; the watch over a folder ends the process.
    message = case.messages[0 if sealed.tier == "namespaces" else -1]
    assert told.message_id == message
    assert result.status == ("crashed" if message == "check.crashed_scratch" else case.status)
    assert result.score == 0
    for language in ("en", "ko"):
        text = told.text(language)
        assert "vae.loss" in text and all(word in text for word in case.named)


def test_every_limit_of_the_table_is_met_by_some_case() -> None:
    """Each limit of a student's process is a number in some message that a case brings about."""
    brought = {message for case in CASES.values() for message in case.messages}
    placeholders = {
        name
        for message in brought
        for name in re.findall(r"{(\w+)", str(catalogue("en")["messages"][message]))
    }
    assert set(Limits.__dataclass_fields__) - {"cpu_seconds"} <= placeholders
    assert {"check.cpu_time", "check.wall_time"} <= brought


def test_what_stays_within_every_limit_is_left_alone(
    sealed: WarmParent, handed_in: Callable[..., Submission], run: Run
) -> None:
    """Just below the limits: 200 of 250 MB, 1.8 of 2 MB printed, 13 of 16 MB in files, 30 of 40 open files, a child."""
    source = """
import os, time
kept = b"x" * (200 << 20)
print("x" * 1_800_000)
for n in range(13): open(str(n), "wb").write(b"x" * (1 << 20))
files = [open("0") for _ in range(30)]
child = os.fork()
if child == 0:
    time.sleep(1)
    os._exit(0)
os.waitpid(child, 0)
def reconstruction_loss(recon_x, x):
    raise ValueError("got this far")
"""
    result = grade(handed_in({"loss.py": source}), replace(run, homework=limited(cpu_seconds=20)), sealed)
    told = next(check for check in result.checks if check.id == "reconstruction_scalar")
    assert told.message_id == "check.raised" and told.values["text"] == "got this far"


# ---------------------------------------------------------------- the watch over a folder


def watched(folder: Path, **changes: int) -> str:
    return usage.overfull(replace(limited().limits(), **changes), {}, str(folder))


def test_a_folder_is_measured_by_what_it_takes_up(tmp_path: Path) -> None:
    for number in range(4):
        (tmp_path / str(number)).write_bytes(b"x" * (1 << 20))
    with open(tmp_path / "sparse", "wb") as file:
        file.truncate(1 << 30)
    assert watched(tmp_path, scratch_mb=5, scratch_files=5) == ""
    assert watched(tmp_path, scratch_mb=3) == "scratch"
    assert watched(tmp_path, scratch_files=4) == "scratch"
    assert usage.overfull(limited(scratch_mb=3).limits(), {}, "") == "", (
        "elsewhere a file system bounds itself"
    )


def test_a_folder_that_hides_what_is_in_it_counts_as_too_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(number: int) -> Callable[..., None]:
        def scandir(path: str) -> None:
            raise OSError(number, "no")

        return scandir

    for number, verdict in ((2, ""), (20, ""), (13, "scratch"), (36, "scratch")):  # gone; hidden; too deep
        monkeypatch.setattr(usage.os, "scandir", failing(number))
        assert watched(tmp_path) == verdict


def test_memory_shared_with_the_warm_parent_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten children that share 200 MB with this process and have 20 MB of their own each count as 200 MB in all."""
    megabyte = 1 << 20
    family = [str(number) for number in range(10)]
    monkeypatch.setattr(usage, "cpu_seconds", lambda pid: 0.0)
    monkeypatch.setattr(usage, "resident_bytes", lambda pid: 220 * megabyte)
    monkeypatch.setattr(
        usage, "proportional_bytes", lambda pid: (20 if pid == "self" else 20 + 20) * megabyte
    )
    monkeypatch.setattr(usage.select, "select", lambda *arguments: ([], [], []))
    nobody = SimpleNamespace()
    assert usage.exceeded(replace(limited().limits(), memory_mb=200), family, nobody) == ""  # type: ignore[arg-type]
    assert usage.exceeded(replace(limited().limits(), memory_mb=199), family, nobody) == "memory"  # type: ignore[arg-type]


def test_memory_that_can_not_be_shared_out_counts_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage, "cpu_seconds", lambda pid: 0.0)
    monkeypatch.setattr(usage, "resident_bytes", lambda pid: 150 << 20)
    monkeypatch.setattr(usage, "proportional_bytes", lambda pid: 0)
    nobody = SimpleNamespace(fileno=lambda: 0)
    monkeypatch.setattr(usage.select, "select", lambda *arguments: ([], [], []))
    for limit, verdict in ((300, ""), (299, "memory")):
        limits = replace(limited().limits(), memory_mb=limit)
        assert usage.exceeded(limits, ["1", "2"], nobody) == verdict  # type: ignore[arg-type]


COUNTING = """
import json, resource, sys, threading, time
from dataclasses import replace
from autograder.homework import homework
from autograder.sandbox import seal
for _ in range(30):
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
seal.limit_resources(replace(homework().limits(), processes=64), alone=sys.argv[1] == "alone")
print(resource.getrlimit(resource.RLIMIT_NPROC)[0], flush=True)
import os; os._exit(0)
"""


@pytest.mark.parametrize("alone", [True, False])
def test_the_users_own_processes_are_not_counted_as_the_students(alone: bool) -> None:
    """The system counts all processes of a user: on a desktop with hundreds, a student of the same user had none left."""
    command = [sys.executable, "-c", COUNTING, "alone" if alone else "among others"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    assert int(said) == 64 if alone else int(said) >= 64 + 31


# ---------------------------------------------------------------- the words


@pytest.mark.parametrize(
    ("kind", "text", "limit"),
    [
        ("ValueError", "no space", None),
        ("PermissionError", "[Errno 13] Permission denied: 'x'", None),
        ("RuntimeError", "can't start new thread", "processes"),
        ("BlockingIOError", "[Errno 11] Resource temporarily unavailable", "processes"),
        ("MemoryError", "", "memory"),
        ("RuntimeError", "std::bad_alloc", "memory"),
        ("OSError", "[Errno 28] No space left on device: 'x'", "scratch"),
        ("NotAMemoryError", "", None),
    ],
)
def test_a_limit_is_known_by_what_the_system_says(kind: str, text: str, limit: str | None) -> None:
    assert limit_met(kind, text) == limit


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_limit_has_words_with_its_numbers(language: str) -> None:
    raised = {"called": "f", "kind": "OSError", "text": "t", "file": "loss.py", "line": 1}
    texts = [
        Message(f"check.limit_{limit}", {**raised, **numbers(limit, homework().limits())}).text(language)
        for limit in SIGNS
    ]
    assert len(set(texts)) == len(SIGNS)
    for limit, text in zip(SIGNS, texts, strict=True):
        assert all(str(getattr(homework(), name)) in text for name in NUMBERS[limit])
