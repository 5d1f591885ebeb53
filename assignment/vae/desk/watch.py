"""The command `check --watch`: it answers within half a second of each save, and changes the task only when told to."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence

from rich.console import Console

from vae.desk import check, hints, show
from vae.desk.keys import Wait, keyboard
from vae.desk.runner import Outcome, Worker
from vae.desk.tasks import FILES, TASKS, VAE, Task, Words

POLL = 0.05  # seconds between two looks at the files
SETTLE = 0.02  # seconds: an editor may write a file in two steps
Stamp = tuple[tuple[int, int], ...]


def watch(tasks: Sequence[Task] = ()) -> int:
    """At every save, check the first unfinished of these tasks, or of all tasks, until q or Ctrl-C. Returns 0."""
    out = show.console()
    with keyboard() as wait, Worker(warm=True) as worker, contextlib.suppress(KeyboardInterrupt):
        Desk(out, worker, wait, tasks or TASKS).serve()
    return 0


class Desk:
    """What the screen shows: one task, its outcome, and the progress over all nine."""

    def __init__(self, out: Console, worker: Worker, wait: Wait | None, tasks: Sequence[Task]):
        self.out = out
        self.worker = worker
        self.wait = wait
        self.outcomes: dict[str, Outcome] = {}
        self.seen = _stamp()
        self.run = worker.begin(TASKS)
        with out.status(str(Words("torch를 불러옵니다", "loading torch")), spinner="line"):
            while not worker.poll(self.run, 1):
                pass
        self.outcomes |= self.run.outcomes
        self.task = self._open(tasks)
        self.answered = True

    def serve(self) -> None:
        """Draw, then answer saves and keys until q."""
        actions = {"n": self.go_on, "h": self.hint, "l": self.list}
        self.draw()
        while (key := self._key(0 if not self.run.ended else POLL)) != "q":
            if key in actions:
                actions[key]()
            if _stamp() != self.seen:
                self.begin()
            if not self.run.ended:
                self.worker.poll(self.run, POLL)
                self.show()

    def begin(self) -> None:
        """Check again after a save: the current task first, then the others, which may have changed with it."""
        time.sleep(SETTLE)
        if not self.run.ended:
            self.worker.cancel(self.run)
        self.seen = _stamp()
        self.answered = False
        self.run = self.worker.begin([self.task, *(task for task in TASKS if task is not self.task)])
        if self.run.ended:
            self.show()

    def show(self) -> None:
        """Draw the answer for the current task as soon as it comes, and again if other tasks have changed."""
        outcome = self.run.outcomes.get(self.task.id)
        if outcome and not self.answered and (outcome.complete or self.run.ended):
            self.outcomes[self.task.id] = outcome
            self.answered = True
            self.draw()
        if self.run.ended:
            before = show.bar(self.outcomes)
            self.outcomes |= self.run.outcomes
            if show.bar(self.outcomes) != before:
                self.draw()

    def go_on(self) -> None:
        """Go to the next unfinished task; after the last task, start at the first."""
        place = TASKS.index(self.task) + 1
        self.task = self._open([*TASKS[place:], *TASKS[:place]])
        self.draw()

    def hint(self) -> None:
        """Print one more hint below what is on the screen."""
        number, words = hints.next_hint(self.task, self.outcomes[self.task.id].failure)
        self.out.print(show.hints(self.task, [words], len(hints.HINTS[self.task.id]), number))

    def list(self) -> None:
        """Print the nine tasks below what is on the screen."""
        self.out.print(show.tasks(self.outcomes, self.task))

    def draw(self) -> None:
        """Draw the whole screen: the bar, the current task, the keys."""
        if self.out.is_terminal:
            self.out.clear()
        self.out.print(show.header(), show.bar(self.outcomes), sep="\n", end="\n\n")
        outcome = self.outcomes[self.task.id]
        if not outcome.done:
            check.explain(self.out, outcome)
        else:
            self.out.print(show.passed(outcome))
            everything = all(other.done for other in self.outcomes.values())
            self.out.print(show.words(check.FINISHED if everything else WELL_DONE, style="bold green"))
        self.out.print()
        self.out.print(show.words(KEYS if self.wait else NO_KEYS, style="bright_black"))

    def _open(self, tasks: Sequence[Task]) -> Task:
        """The first unfinished one of these tasks, else the first."""
        return next((task for task in tasks if not self.outcomes[task.id].done), tasks[0])

    def _key(self, seconds: float) -> str:
        if self.wait:
            return self.wait(seconds)
        time.sleep(seconds)
        return ""


KEYS = Words(
    "저장하면 다시 검사합니다.   n 다음 과제  h 힌트  l 목록  q 끝내기",
    "Save to check again.   n next  h hint  l list  q quit",
)
NO_KEYS = Words("저장하면 다시 검사합니다. 끝내기: Ctrl-C", "Save to check again. To stop: Ctrl-C.")
WELL_DONE = Words("통과했습니다! n을 누르면 다음 과제로 갑니다.", "Passed! Press n for the next task.")


def _stamp() -> Stamp:
    """The modification time and the size of each of the four files; zeros for a missing one."""
    stamps = []
    for file in FILES:
        try:
            found = (VAE / file).stat()
            stamps.append((found.st_mtime_ns, found.st_size))
        except OSError:
            stamps.append((0, 0))
    return tuple(stamps)
