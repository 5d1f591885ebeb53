"""Whether one set of workers is trusted: the controls made there, and what came of them.

What the grader itself could not grade has a record too, without a score.
"""

from __future__ import annotations

import math
import time
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool

from autograder import __version__
from autograder.intake import Submission
from autograder.messages import Message
from autograder.outfolder import Centre, Folder
from autograder.results import Result, Verdict
from autograder.run import Run
from autograder.workers import Workers

CONTROL_SECONDS = (2.0, 15.0)  # between two controls in short: at first, and at most, for it doubles


class Distrust(Exception):
    """A control failed while submissions were under way, which proves nothing yet."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict)
        self.verdict = verdict


class Trust:
    """The controls of one set of workers and one warm parent (``autograder.control``), one at a time.

    ``proved``: a control in full has passed there. ``lost``: one of the processes is gone. ``control`` is under way.
    ``modules`` are imported in each control as well.
    """

    def __init__(self, workers: Workers, folder: Folder, centre: Centre, modules: frozenset[str]) -> None:
        self.workers, self.folder, self.centre, self.modules = workers, folder, centre, modules
        self.control: Future[Verdict] | None = None
        self.began, self.next = 0.0, 0.0
        self.interval = CONTROL_SECONDS[0]
        self.proved = workers.controlled
        self.lost = False

    def begin(self) -> Future[Verdict]:
        """Begin a control, in full if none has passed here yet, unless one is under way; returns the one that is."""
        if self.control is None:
            self.began = time.monotonic()
            try:
                self.control = self.workers.control(not self.proved, self.modules)
            except BrokenProcessPool as fault:  # since the last one was made
                self.control = Future()
                self.control.set_exception(fault)
        return self.control

    def begin_if_due(self) -> None:
        """Begin one where results wait for it and the last was long enough ago."""
        if self.proved and time.monotonic() >= self.next and not self.workers.controlled:
            self.begin()

    def seconds_to_next(self) -> float | None:
        """How long results that wait for a control wait until it is due; None where none has to be begun."""
        if self.control or self.workers.controlled:
            return None
        return max(0.05, self.next - time.monotonic())

    def verdict(self) -> Verdict | None:
        """What came of the control that is under way, when it has ended; None where its process is lost."""
        assert self.control is not None
        future, self.control = self.control, None
        try:
            verdict = future.result()
        except Exception:  # noqa: BLE001 - the process is gone, and with it the warm parent's controls
            self.lost = True
            return None
        verdict = self.centre.agreed(verdict)
        if verdict.passed:
            self.proved = True
            self.folder.keep_instructors(verdict.pictures)
        self.next = time.monotonic() + self.interval
        self.interval = min(2 * self.interval, CONTROL_SECONDS[1])
        return verdict

    def passed_at(self) -> float:
        """When the control that is under way began, if it passes: what came before may be believed.

        Minus infinity where its process is lost. Raises Distrust if it does not pass.
        """
        verdict = self.verdict()
        if verdict is None:
            return -math.inf
        if not verdict.passed:
            raise Distrust(verdict)
        return self.began


def ungraded(submission: Submission, run: Run, tiers: tuple[str, ...], message: Message) -> Result:
    """The record of a submission that the grader itself could not grade: no score, never 0."""
    return Result(
        submission=submission.name,
        score=None,
        max_score=run.homework.max_score,
        status="failed",
        dataset=run.dataset,
        device=run.device,
        seed=run.seed,
        seconds=0.0,
        notes=(*submission.notes, message),
        digest=submission.digest,
        isolation="/".join(tiers),
        versions={"autograder": __version__},
    )
