"""What the lab notebook needs besides your code: the public checks as a cell. Given."""

from __future__ import annotations

import os
import subprocess
import sys
import traceback
from pathlib import Path

HANDOUT = Path(__file__).resolve().parents[1]


class CheckFailed(AssertionError):
    """A public check is red. A notebook shows the message alone, without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def check(task: str) -> None:
    """Run the public checks of a task, as `python -m vae check TASK` does, and print how they went.

    They run in a process of their own, so they see the files as they are saved now.

    Raises:
        CheckFailed: some check is red.
    """
    result = subprocess.run(
        [sys.executable, "-m", "vae", "check", task],
        cwd=HANDOUT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    print(result.stdout.strip())
    if result.returncode != 0:
        raise CheckFailed(f"🔴 과제 {task}: 아직입니다. 위의 설명을 보세요 / task {task}: not yet, see above")
    print(f"🟢 과제 {task}: 통과 / task {task}: passed")


def explain_stubs() -> None:
    """From now on a function that is not written yet answers a cell in one line, not with a traceback."""
    from IPython import get_ipython

    def explain(shell, kind, error, trace, tb_offset=None):
        if not str(error).startswith("Task "):
            lines = shell.InteractiveTB.structured_traceback(kind, error, trace, tb_offset=tb_offset)
        else:
            file = Path(traceback.extract_tb(trace)[-1].filename)
            lines = [f"✏️ vae/{file.name}: {error}"]
        shell._showtraceback(kind, error, lines)
        return lines

    get_ipython().set_custom_exc((NotImplementedError,), explain)
