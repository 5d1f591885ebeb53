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

DONE, BEGUN, OPEN, UNKNOWN = ("●", "green"), ("×", "red"), ("○", "bright_black"), ("·", "bright_black")
WIDEST = 110
# The rows of a failure that a small window may lack, the least important first.
LEAST = ("printed", "measured", "called", "returned", "expected")


def console() -> Console:
    """The terminal, or a file or notebook, which gets plain text."""
    found = Console(highlight=False, emoji=False, markup=False)
    found.width = min(found.width, WIDEST)
    return found


def height(out: Console, shown: RenderableType) -> int:
    """How many lines something takes."""
    return len(out.render_lines(shown))


def fitted(out: Console, outcome: Outcome, rows: int) -> RenderableType:
    """A task's failure in so many lines: of the rows in LEAST, first only the beginning is shown, then nothing."""
    sizes = [explained(outcome, cropped) for cropped in range(2 * len(LEAST) + 1)]
    return next((shown for shown in sizes if height(out, shown) <= rows), sizes[-1])


def explained(outcome: Outcome, cropped: int = 0) -> RenderableType:
    """A task's failure, and how many of its checks pass, if any does, or that not all could be made."""
    share = Words(
        f"이 과제의 검사 {outcome.total}개 중 {outcome.passed}개 통과",
        f"{outcome.passed} of this task's {outcome.total} checks pass",
    )
    if unchecked(outcome):
        share = Words("이 과제는 끝까지 검사하지 못했습니다.", "This task was not checked to the end.")
    more = [words(share, "bright_black")] if outcome.passed or unchecked(outcome) else []
    return Group(failure(outcome.failure, cropped), *indented(*more))


def failure(value: Failure, cropped: int = 0) -> RenderableType:
    """One failure: what happened, and the labelled lines below it."""
    colour = "yellow" if value.kind in (STUB, SETUP) else "red"
    symbol = OPEN[0] if value.kind == STUB else BEGUN[0]
    head = title(BY_ID[value.task], (symbol, colour)) if value.task else Text()
    said = words(value.what, f"bold {colour}")
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bright_black", no_wrap=True)
    table.add_column(overflow="fold")
    for label, text in value.rows():
        shown = Text(text, style="bold cyan" if label.en == "edit" else "")
        if label.en in LEAST[:cropped]:
            shown = Text(" ".join(text.split()), no_wrap=True, overflow="ellipsis")
        if label.en not in LEAST[: max(0, cropped - len(LEAST))]:
            table.add_row(str(label), shown)
    return Group(head, *indented(said, *[Text()] * (not cropped), table))


def passed(outcome: Outcome) -> RenderableType:
    """One line for a task that is done."""
    line = title(outcome.task, DONE)
    return line.append(f"   {Words('통과', 'passed')}: {outcome.passed}/{outcome.total}", style="green")


def title(task: Task, symbol: tuple[str, str]) -> Text:
    """A task's symbol, number and function."""
    return Text.assemble(symbol, f" {Words('과제', 'task')} {task.id}  ", (task.function, "bold"))


def unchecked(outcome: Outcome) -> Words | None:
    """Why a task could not be checked: its file can't be loaded, or a check did not come to its end. None if it could."""
    begun = outcome.failure and outcome.begun and not outcome.red
    return outcome.failure.what if begun else None


def bar(outcomes: Mapping[str, Outcome]) -> Text:
    """The progress over the nine tasks: one symbol each, then how many are done, if all are known."""
    line = Text()
    for task in TASKS:
        line.append_tokens([mark(outcomes.get(task.id)), (" ", None)])
    if len(outcomes) == len(TASKS):
        line.append(f" {sum(outcome.done for outcome in outcomes.values())}/{len(TASKS)}", style="bold")
    return line


def mark(outcome: Outcome | None) -> tuple[str, str]:
    """The symbol of a task and its colour: done, started but failing, not written, or not known."""
    if outcome is None:
        return UNKNOWN
    return DONE if outcome.done else BEGUN if outcome.begun else OPEN


def tasks(outcomes: Mapping[str, Outcome], current: Task | None = None) -> RenderableType:
    """The table of the nine tasks, with what is wrong first in each, and where: one line each if one is current."""
    table = Table.grid(padding=(0, 1))
    for task in TASKS:
        outcome = outcomes.get(task.id)
        found = outcome and outcome.failure
        state = Words("통과", "passed") if outcome else Words("검사하는 중", "checking")
        if found:
            state = Words("작성 전", "not written") if found.kind == STUB else found.what
        if outcome and (why := unchecked(outcome)):
            state = Words(f"검사하지 못함: {why.ko}", f"not checked: {why.en}")
        table.add_row(
            ">" if task is current else " ",
            Text(*mark(outcome)),
            task.id,
            Text(task.function, style="bold"),
            found.here if found else task.name,
            Text(str(state), no_wrap=current is not None, overflow="ellipsis"),
        )
    return table


def header() -> Text:
    """The folder that is checked: with two copies of the hand-out, it is easy to edit the other one."""
    return Text(str(HANDOUT), style="bright_black")


def hints(task: Task, given: Sequence[Words], total: int, shown: int) -> RenderableType:
    """Hints of a task; `shown` is the number of the first one."""
    lines: list[RenderableType] = []
    for number, hint in enumerate(given, start=shown):
        title = Words(f"과제 {task.id} 힌트 {number}/{total}", f"task {task.id}, hint {number} of {total}")
        lines.append(Text(str(title), style="bold yellow"))
        lines += indented(words(hint))
    return Group(*lines)


def words(value: Words, style: str = "") -> Text:
    """A text in the language that is shown."""
    return Text(str(value), style=style)


def indented(*lines: RenderableType) -> list[RenderableType]:
    """The lines, indented by three columns."""
    return [Padding(line, (0, 0, 0, 3)) for line in lines]
