"""What the lab notebook needs besides your code: functions that run the public checks and make the hand-in. Given."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from vae.desk.language import text
from vae.desk.source import task_of_stub
from vae.desk.tasks import TASKS, named

HANDOUT = Path(__file__).resolve().parents[1]
PAGE = """<pre style="font-family: Menlo, 'DejaVu Sans Mono', Consolas, monospace; line-height: 1.4; margin: 0; \
white-space: pre-wrap; word-break: normal">{code}</pre>"""
_green: set[str] = set()  # the tasks whose `check` passed


class CheckFailed(AssertionError):
    """A public check failed. A notebook shows only the message, without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def check(task: str) -> None:
    """Run the public checks of a task, as `python -m vae check TASK` does, and show the result.

    They run in a separate process, so they see the files as they are saved now.

    Raises:
        CheckFailed: a check failed.
    """
    from IPython.display import display

    status, output = _vae("check", task)
    ids = {each.id for each in (named(task) if status < 2 else [])}  # 2: no task is called that
    (_green.difference_update if status else _green.update)(ids)
    bar = " ".join("\x1b[32m●\x1b[0m" if each.id in _green else "○" for each in TASKS)
    title = text("이 노트북에서 통과한 과제", "passed in this notebook")
    output += f"\n{'🔴' if status else '🟢'} {title}: {bar}  {len(_green)}/{len(TASKS)}"
    display(_page(output), raw=True)
    if status != 0:
        below = text("아직 통과하지 못했습니다. 위의 설명을 보세요", "not passed yet, see above")
        raise CheckFailed(f"🔴 {text('과제', 'task')} {task}: {below}")


def after(task: str) -> None:
    """Stop a cell that gives away what a task asks for, until its `check` is green. Raises CheckFailed."""
    if task not in _green:
        first = text("이 셀보다 먼저 초록색이 되어야 합니다", "it has to be green before this cell")
        raise CheckFailed(f'✏️ check("{task}"): {first}')


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
    status, output = _vae("submit", "--id", student)
    print(output)
    if status == 0 and in_colab:
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


def _vae(*arguments: str) -> tuple[int, str]:
    """Run `python -m vae` in a separate process. Returns its exit status and its output."""
    result = subprocess.run(
        [sys.executable, "-m", "vae", *arguments],
        cwd=HANDOUT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "COLUMNS": "80"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    return result.returncode, result.stdout


def _page(output: str) -> dict[str, str]:
    """A terminal's output as a page that fits dark and light notebooks, and as plain text."""
    from rich.console import Console
    from rich.terminal_theme import SVG_EXPORT_THEME
    from rich.text import Text

    record = Console(record=True, file=io.StringIO(), force_jupyter=False)
    record.print(Text.from_ansi(output), soft_wrap=True)
    html = record.export_html(theme=SVG_EXPORT_THEME, code_format=PAGE, inline_styles=True)
    # Colours for a dark page; with some of the text's own colour in them they can be read on a light one as well.
    html = re.sub(r"(?<=[ \"])color: (#\w+)", r"color: color-mix(in srgb, currentColor 50%, \1)", html)
    return {"text/html": html, "text/plain": output}


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
