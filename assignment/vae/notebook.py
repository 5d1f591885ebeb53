"""What the lab notebook needs besides your code: functions that run the public checks and make the hand-in. Given."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from vae.desk.language import text
from vae.desk.source import task_of_stub

HANDOUT = Path(__file__).resolve().parents[1]


class CheckFailed(AssertionError):
    """A public check failed. A notebook shows only the message, without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def check(task: str) -> None:
    """Run the public checks of a task, as `python -m vae check TASK` does, and print the result.

    They run in a separate process, so they see the files as they are saved now.

    Raises:
        CheckFailed: a check failed.
    """
    if _vae("check", task) != 0:
        see = text("아직 통과하지 못했습니다. 위의 설명을 보세요.", "not passed yet, see above")
        raise CheckFailed(f"🔴 {text('과제', 'task')} {task}: {see}")
    print(f"🟢 {text('과제', 'task')} {task}: {text('통과', 'passed')}")


def hand_in(student: str) -> None:
    """Make the zip to hand in, as `python -m vae submit` does. In Colab, add the notebook and download the zip.

    Args:
        student: student number or name; if it is empty, no zip is made.
    """
    if not student:
        print(
            text(
                "따옴표 안에 학번이나 이름을 쓰세요.", "Write your student number or name between the quotes."
            )
        )
        return
    in_colab = "google.colab" in sys.modules
    if in_colab:
        _save_from_colab(HANDOUT / "lab.ipynb")
    if _vae("submit", "--id", student) == 0 and in_colab:
        from google.colab import files

        files.download(str(max(HANDOUT.glob("submission-*.zip"), key=lambda path: path.stat().st_mtime_ns)))


def _save_from_colab(path: Path) -> None:
    """Save the notebook that is open in Colab beside the four files; Colab itself keeps it in Drive."""
    from google.colab import _message

    answer = _message.blocking_request("get_ipynb", request="", timeout_sec=60)
    if answer:
        path.write_text(json.dumps(answer["ipynb"], ensure_ascii=False, indent=1), encoding="utf-8")
    else:
        unread = text("노트북을 읽지 못했습니다.", "The notebook can't be read.")
        print(
            unread,
            text(
                "파일 > 다운로드 > .ipynb로 내려받아 zip과 함께 제출하세요.",
                "Use File > Download > .ipynb and hand it in with the zip.",
            ),
        )


def _vae(*arguments: str) -> int:
    """Run `python -m vae` in a separate process and print its output. Returns its exit status."""
    result = subprocess.run(
        [sys.executable, "-m", "vae", *arguments],
        cwd=HANDOUT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    print(result.stdout.strip())
    return result.returncode


def explain_stubs() -> None:
    """From now on, show one line instead of a traceback when a cell calls a function that is not written yet."""
    from IPython import get_ipython

    def explain(shell, kind, error, trace, tb_offset=None):
        stub = task_of_stub(str(error))
        if stub is None:
            lines = shell.InteractiveTB.structured_traceback(kind, error, trace, tb_offset=tb_offset)
        else:
            unwritten = text("아직 작성하지 않았습니다.", "not written yet.")
            lines = [f"✏️ {stub.name}: {text('과제', 'task')} {stub.id}, {stub.function}: {unwritten}"]
        shell._showtraceback(kind, error, lines)
        return lines

    get_ipython().set_custom_exc((NotImplementedError,), explain)
