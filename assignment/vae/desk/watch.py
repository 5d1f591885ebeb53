"""The command `check --watch`: it answers within half a second of each save, and changes the task only when told to."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.text import Text

from vae.desk import check, hints, reset, show
from vae.desk.keys import Wait, keyboard
from vae.desk.runner import CheckRun, Outcome, Worker
from vae.desk.tasks import FILES, TASKS, VAE, Task, Words

POLL = 0.05  # seconds between two looks at the files
SETTLE = 0.02  # seconds: an editor may write a file in two steps
LIST = "list"  # what a key asked for, as long as it depends on the answers
LOW = 24  # a window with fewer lines does without the folder's name


def watch(tasks: Sequence[Task] = ()) -> int:
    """At every save, check the first unfinished of these tasks, or of all tasks, until q or Ctrl-C. Returns 0."""
    with keyboard() as wait, Worker(warm=True) as worker, contextlib.suppress(KeyboardInterrupt):
        Desk(worker, wait, tasks or TASKS).serve()
    return 0


class Desk:
    """What the screen shows: one task and its answer, the progress over all nine, and what a key asked for.

    All of it belongs to the files as they are: a save takes the answers away.
    """

    def __init__(self, worker: Worker, wait: Wait | None, tasks: Sequence[Task]):
        self.worker = worker
        self.wait = wait
        self.tasks = tasks  # the first unfinished one of these becomes the task
        self.task: Task | None = None
        self.run = CheckRun([], ended=True)
        self.begin()

    @property
    def answers(self) -> dict[str, Outcome]:
        """The outcomes that are final."""
        found = self.run.outcomes.items()
        return {id: each for id, each in found if self.run.ended or each.complete or id in self.run.lost}

    def serve(self) -> None:
        """Answer saves and keys until q."""
        while "q" not in (pressed := self._pressed()):
            for key in pressed:
                self.press(key)
            if not self.run.ended:
                self.worker.poll(self.run, POLL)
            if _stamp() != self.seen:  # looked at last, so that no answer to an older text is drawn
                self.begin()
            elif self._state() != self.drawn:
                self.draw()

    def begin(self) -> None:
        """Check all tasks after a save: the current one first, then the others, which may have changed with it."""
        before, self.run = self.run, CheckRun([])
        self.when, self.typed, self.asked, self.below = "", "", False, None
        self.draw()
        time.sleep(SETTLE)
        if not before.ended:
            self.worker.cancel(before)
        self.seen = _stamp()
        self.run = self.worker.begin(sorted(TASKS, key=lambda task: task is not self.task))

    def press(self, key: str) -> None:
        """Do what a key stands for, "2" and "b" for task 2b. What an earlier key asked for goes."""
        typed, asked = self.typed + key, self.asked
        self.typed, self.asked, self.below = "", False, None
        found = [task for task in TASKS if task.id.startswith(typed)]
        if asked:
            self.below = show.words(reset.KEPT)
            if key == "y":
                _, said = reset.restore(self.task)
                self.begin()
                self.below = said
        elif len(found) == 1:
            [self.task] = found
        elif found:
            self.typed = typed
        elif key in ("a", "l"):
            if key == "a":
                self.begin()
            self.below = LIST
        elif not self.task:
            return  # not known yet
        elif key == "n":  # the next unfinished task; after the last, the first
            place = TASKS.index(self.task) + 1
            self.task = self._open([*TASKS[place:], *TASKS[:place]])
        elif key == "p":  # the task before, finished or not
            self.task = TASKS[TASKS.index(self.task) - 1]
        elif key == "r":
            self.asked, self.below = True, show.words(reset.question(self.task), style="bold yellow")
        elif key == "h":
            outcome = self.answers.get(self.task.id)
            number, words = hints.next_hint(self.task, outcome.failure if outcome else None)
            self.below = show.hints(self.task, [words], len(hints.HINTS[self.task.id]), number)

    def draw(self) -> None:
        """Draw the whole screen: the marks, the answer, what a key asked for, the keys."""
        self.drawn, out = self._state(), show.console()
        live = out.is_terminal and not out.is_dumb_terminal
        if not live and not self.run.ended:
            return  # a file gets no passing states
        when = Words(f"{self.when}에 검사, 저장하면 다시 검사", f"checked {self.when}, again on save")
        bar = Text.assemble(show.bar(self.answers), f"  {when if self.when else check.CHECKING}")
        head = Group(show.header(), bar) if out.height >= LOW or not live else bar
        foot = Text(self._keys(), style="bright_black")
        rows = out.height - show.height(out, head) - show.height(out, foot) - 3 if live else 1000
        with out:  # all at once, so that nothing flickers
            if live:
                out.clear()
            out.print(head, "", self._body(out, rows), "", foot, sep="\n")

    def _body(self, out: Console, rows: int) -> RenderableType:
        """The answer, what a key asked for, or both if there is room, in so many lines."""
        if self.below is None:
            return self._answer(out, rows)
        below = show.tasks(self.answers, self.task) if self.below == LIST else self.below
        both = Group(self._answer(out, rows - show.height(out, below) - 1), "", below)
        return both if show.height(out, both) <= rows else below

    def _answer(self, out: Console, rows: int) -> RenderableType:
        """The current task's answer, if there is one yet."""
        outcome = self.answers.get(self.task.id) if self.task else None
        if outcome is None:
            return show.title(self.task, show.UNKNOWN) if self.task else show.words(LOADING)
        if outcome.failure:
            return show.fitted(out, outcome, rows)
        everything = sum(each.done for each in self.answers.values()) == len(TASKS)
        said = check.FINISHED if everything else WELL_DONE
        return Group(show.passed(outcome), show.words(said, style="bold green"))

    def _keys(self) -> str:
        """What can be pressed now."""
        if self.asked:
            return "y / n"
        letters = ", ".join(task.id[1:] for task in TASKS if self.typed and task.id.startswith(self.typed))
        return f"{self.typed}_   ({letters})" if letters else str(KEYS if self.wait else NO_KEYS)

    def _state(self) -> tuple:
        """What is drawn again when it changes."""
        if self.task is None:
            first = self._open(self.tasks)
            self.task = first if first.id in self.answers else None
        if self.task and self.task.id in self.answers:
            self.when = self.when or time.strftime("%H:%M:%S")
        known, size = tuple(self.answers), shutil.get_terminal_size()
        return self.task, self.below, self.typed, self.asked, self.run.ended, known, size

    def _open(self, tasks: Sequence[Task]) -> Task:
        """The first one of these tasks that is not known to be done, else the first."""
        done = {id for id, outcome in self.answers.items() if outcome.done}
        return next((task for task in tasks if task.id not in done), tasks[0])

    def _pressed(self) -> str:
        seconds = POLL if self.run.ended else 0
        return self.wait(seconds) if self.wait else time.sleep(seconds) or ""


KEYS = Words(
    "n:다음 p:이전 1-4:과제 a:전체 h:힌트 l:목록 r:초기화 q:종료",
    "n:next p:back 1-4:task a:all h:hint l:list r:reset q:quit",
)
NO_KEYS = Words("저장하면 다시 검사합니다. 끝내기: Ctrl-C", "Save to check again. To stop: Ctrl-C.")
LOADING = Words("torch를 불러옵니다. 몇 초 걸립니다.", "Loading torch. This takes a few seconds.")
WELL_DONE = Words("통과했습니다! n을 누르면 다음 과제로 갑니다.", "Passed! Press n for the next task.")


def _stamp() -> dict[str, tuple[int, int]]:
    """The modification time and the size of each of the four files that is there."""
    stamps = {}
    for file in FILES:
        with contextlib.suppress(OSError):
            found = (VAE / file).stat()
            stamps[file] = found.st_mtime_ns, found.st_size
    return stamps
