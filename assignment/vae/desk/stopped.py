"""Why a run of checks has no answer: it never ended, its process vanished, or it could not begin."""

from __future__ import annotations

from vae.desk import source
from vae.desk.failure import ERROR, SETUP, Failure
from vae.desk.tasks import Task, Words


def endless(task: Task, seconds: int) -> Failure:
    """The checks of this task did not end within so many seconds."""
    line, text = source.first_line(task)
    what = Words(
        f"{seconds}초가 지나도 끝나지 않아 멈추었습니다.",
        f"Stopped: there is no answer after {seconds} seconds.",
    )
    cause = Words(
        "끝나지 않는 반복문(while)이 있거나 입력을 기다리나요? 이 파일에서 찾아보세요.",
        "Is there a loop that never ends (while), or does it wait for input? Look for it in this file.",
    )
    return Failure(ERROR, task.id, what, cause, task.call, file=task.name, line=line, source=text)


def died(task: Task, words: str) -> Failure:
    """The process was gone; `words` is the last line that it wrote to standard error."""
    if "Error" in words and "vae" not in words:
        return unknown(task, words)
    line, text = source.first_line(task)
    what = Words("Python이 도중에 꺼졌습니다.", "Python stopped in the middle.")
    cause = Words(
        "메모리를 너무 많이 쓰거나 os._exit를 부르나요? 이 파일에서 찾아보세요.",
        "Does the code use too much memory, or call os._exit? Look for it in this file.",
    )
    return Failure(
        ERROR, task.id, what, cause, task.call, returned=words, file=task.name, line=line, source=text
    )


def unknown(task: Task, words: str) -> Failure:
    """The fault is not the student's."""
    what = Words("검사를 시작하지 못했습니다.", "The checks could not start.")
    cause = Words(
        "python -m pytest를 실행해 나오는 내용을 강사에게 보여 주세요.",
        "Run python -m pytest and show what it says to your instructors.",
    )
    return Failure(SETUP, task.id, what, cause, returned=words)
