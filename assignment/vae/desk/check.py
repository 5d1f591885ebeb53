"""The commands `check`, `status` and `hint`: run the public checks and say what comes next."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from vae.desk import hints, show
from vae.desk.runner import Outcome, Worker
from vae.desk.tasks import TASKS, Task, Words

COMMAND = "python -m vae"


def check(tasks: Sequence[Task], everything: bool = False) -> int:
    """Check these tasks in order and show the first failure; with `everything`, the first one of each task.

    Returns 0 if all of their checks pass, else 1.
    """
    out = show.console()
    out.print(show.header())
    with Worker() as worker, _patience(out):
        outcomes = worker.check(tasks, stop=not everything)
    red = [outcome for outcome in outcomes if not outcome.done]
    for outcome in outcomes:
        if outcome.done:
            out.print(show.passed(outcome))
        elif everything or outcome is red[0]:
            out.print()
            explain(out, outcome)
    if everything:
        out.print()
        out.print(show.bar({outcome.task.id: outcome for outcome in outcomes}))
    elif not red and len(tasks) == len(TASKS):
        out.print(show.words(FINISHED, style="bold green"))
    return 1 if red else 0


def status() -> int:
    """Run every public check and show the progress of the nine tasks. Returns 0 if all are done, else 1."""
    out = show.console()
    out.print(show.header())
    with Worker() as worker, _patience(out):
        outcomes = {outcome.task.id: outcome for outcome in worker.check(TASKS)}
    out.print(show.bar(outcomes))
    out.print(show.tasks(outcomes))
    if all(outcome.done for outcome in outcomes.values()):
        out.print(show.words(FINISHED, style="bold green"))
        return 0
    out.print(f"{Words('다음', 'next')}: {COMMAND} check", style="bold")
    return 1


def hint(task: Task | None, everything: bool = False) -> int:
    """Show the next hint of a task, by default of the first unfinished one. Returns 1 if all tasks are done."""
    out = show.console()
    failure = None
    if task is None or not everything:
        with Worker() as worker, _patience(out):
            outcomes = worker.check([task] if task else TASKS, stop=True)
        red = next((outcome for outcome in outcomes if not outcome.done), None)
        if red:
            task, failure = red.task, red.failure
        elif task is None:
            out.print(show.words(FINISHED, style="bold green"))
            return 1
    total = len(hints.HINTS[task.id])
    if everything:
        out.print(show.hints(task, hints.HINTS[task.id], total, 1))
        return 0
    number, words = hints.next_hint(task, failure)
    out.print(show.hints(task, [words], total, number))
    if number < total:
        more = Words(f"다음 힌트: {COMMAND} hint {task.id}", f"next hint: {COMMAND} hint {task.id}")
    else:
        more = Words(
            f"마지막 힌트입니다. 모두 다시 보기: {COMMAND} hint {task.id} --all",
            f"This is the last hint. To see all again: {COMMAND} hint {task.id} --all",
        )
    out.print(str(more), style="bright_black")
    return 0


def explain(out: Console, outcome: Outcome) -> None:
    """Print the failure of a task, how many of its checks pass, and how to get a hint."""
    if outcome.failure:
        out.print(show.explained(outcome))
        out.print(f"   {Words('힌트', 'hint')}: {COMMAND} hint {outcome.task.id}", style="bright_black")


CHECKING = Words("검사하는 중 ...", "checking ...")
FINISHED = Words(
    f"공개 검사를 모두 통과했습니다! 이제 {COMMAND} train으로 학습하고 그림을 그린 뒤, {COMMAND} submit으로 제출 파일을 만드세요.",
    f"All public checks pass! Now train and draw pictures with {COMMAND} train, then make the zip to hand in with {COMMAND} submit.",
)


def _patience(out: Console):
    """A line shown while torch loads and cleared afterwards, on a terminal only."""
    return out.status(str(CHECKING), spinner="line")
