"""How `train` and `submit` say that something is wrong: in both languages, with what to do next. Given."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

from vae.desk import diagnose
from vae.desk.tasks import TASKS, VAE


def say(korean: str, english: str, status: int = 1) -> int:
    """Print both lines on stderr. Returns `status`, an exit status."""
    print(f"{korean}\n{english}", file=sys.stderr, flush=True)
    return status


def told(error: BaseException, task: str = "") -> int:
    """Say what the student's code raised, where, why, and which check helps. Returns 1.

    `task` is the one to name where the traceback leads through none.
    """
    task = _task(error) or task
    print(diagnose.describe(error, task), file=sys.stderr)
    check = f"python -m vae check {task}".rstrip()
    return say(f"더 자세히: {check}", f"To find out more: {check}")


def _task(error: BaseException) -> str:
    """The task whose function the exception came through, the innermost one; "" where there is none."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        for task in TASKS:
            if frame.name == task.function and path.name == task.file and path.resolve().parent == VAE:
                return task.id
    return ""
