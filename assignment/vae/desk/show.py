"""What the desk prints, drawn with rich, which counts Hangul as two columns wide and uses colours if the terminal has them.

Every character is also in the Korean code page 949, for the consoles of Windows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from vae.desk.failure import SETUP, STUB, Failure
from vae.desk.runner import Outcome
from vae.desk.tasks import BY_ID, HANDOUT, TASKS, Task, Words

DONE, BEGUN, OPEN = ("●", "green"), ("×", "red"), ("○", "bright_black")
WIDEST = 110


def console() -> Console:
    """The terminal, or a file or notebook, which gets plain text."""
    found = Console(highlight=False, emoji=False, markup=False, force_jupyter=False)
    found.width = min(found.width, WIDEST)
    return found


def failure(value: Failure) -> RenderableType:
    """One failure: what happened, and the labelled lines below it."""
    task = BY_ID.get(value.task)
    colour = "yellow" if value.kind in (STUB, SETUP) else "red"
    head = Text()
    if task:
        head.append(
            f"{BEGUN[0] if value.kind != STUB else OPEN[0]} {Words(f'과제 {task.id}', f'task {task.id}')}  "
        )
        head.append(task.function, style="bold")
        head.append(
            f"   {value.place}", style="bright_black"
        )  # .vscode/tasks.json reads this line and the next
        head.stylize(colour, 0, 1)
    said = Text(f"{value.what.ko}\n{value.what.en}", style=f"bold {colour}")
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bright_black", no_wrap=True)
    table.add_column(overflow="fold")
    for label, text in value.rows():
        table.add_row(str(label), Text(text, style="bold cyan" if label.en == "edit" else ""))
    return Group(head, *indented(said, Text(), table))


def passed(outcome: Outcome) -> RenderableType:
    """One line for a task that is done."""
    task = outcome.task
    line = Text.assemble((f"{DONE[0]} ", DONE[1]), str(Words(f"과제 {task.id}", f"task {task.id}")), "  ")
    line.append(task.function, style="bold")
    line.append(f"   {Words('통과', 'passed')}: {outcome.passed}/{outcome.total}", style="green")
    return line


def also_red(outcome: Outcome) -> str:
    """How many checks of the same task pass; "" if none does."""
    if not outcome.total or outcome.passed == 0:
        return ""
    return str(
        Words(
            f"이 과제의 검사 {outcome.total}개 중 {outcome.passed}개 통과",
            f"{outcome.passed} of this task's {outcome.total} checks pass",
        )
    )


def bar(outcomes: Mapping[str, Outcome]) -> Text:
    """The progress over the nine tasks: one symbol each, then how many are done."""
    line = Text()
    for task in TASKS:
        symbol, colour = mark(outcomes.get(task.id))
        line.append(f"{symbol} ", style=colour)
    done = sum(outcome.done for outcome in outcomes.values())
    return line.append(f" {done}/{len(TASKS)}", style="bold")


def mark(outcome: Outcome | None) -> tuple[str, str]:
    """The symbol of a task and its colour: done, started but failing, or not written."""
    if outcome is None or (not outcome.done and not outcome.begun):
        return OPEN
    return DONE if outcome.done else BEGUN


def tasks(outcomes: Mapping[str, Outcome], current: Task | None = None) -> RenderableType:
    """The table of the nine tasks."""
    table = Table.grid(padding=(0, 2))
    for task in TASKS:
        outcome = outcomes.get(task.id)
        symbol, colour = mark(outcome)
        state = Words("작성 전", "not written")
        if outcome and outcome.done:
            state = Words("통과", "passed")
        elif outcome and outcome.begun:
            state = Words(f"{outcome.passed}/{outcome.total or '?'} 통과", "failing")
        here = ">" if task is current else " "
        table.add_row(
            here,
            Text(symbol, style=colour),
            task.id,
            Text(task.function, style="bold"),
            task.name,
            str(state),
        )
    return table


def header() -> Text:
    """The folder that is checked: with two copies of the hand-out, it is easy to edit the other one."""
    return Text(str(HANDOUT), style="bright_black")


def hints(task: Task, given: Sequence[Words], total: int, shown: int) -> RenderableType:
    """Hints of a task, each in both languages; `shown` is the number of the first one."""
    lines: list[RenderableType] = []
    for number, hint in enumerate(given, start=shown):
        title = Words(f"과제 {task.id} 힌트 {number}/{total}", f"task {task.id}, hint {number} of {total}")
        lines.append(Text(str(title), style="bold yellow"))
        lines += indented(Text(f"{hint.ko}\n{hint.en}"))
    return Group(*lines)


def words(value: Words, style: str = "") -> Text:
    """Both languages, one line each."""
    return Text(f"{value.ko}\n{value.en}", style=style)


def indented(*lines: RenderableType) -> list[RenderableType]:
    """The lines, indented by three columns."""
    return [Padding(line, (0, 0, 0, 3)) for line in lines]
