"""Decide whether one set of workers is trusted: the controls run there, and their outcomes.

A submission that the grader itself could not grade gets a record too, without a score.
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

CONTROL_SECONDS = (2.0, 15.0)  # between two short controls: at first, and at most; it doubles each time


class Distrust(Exception):
    """A control failed while submissions were under way, which proves nothing yet."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict)
        self.verdict = verdict


class Trust:
    """The controls of one set of workers and one warm parent (``autograder.control``), one at a time.

    ``proved``: a full control has passed there. ``lost``: one of the processes is gone. ``control``: the one under way.
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
        """Begin a control unless one is under way, a full one if none has passed yet; returns the one under way."""
        if self.control is None:
            self.began = time.monotonic()
            try:
                self.control = self.workers.control(not self.proved, self.modules)
            except BrokenProcessPool as fault:  # it broke after the last one
                self.control = Future()
                self.control.set_exception(fault)
        return self.control

    def begin_if_due(self) -> None:
        """Begin a short control, for results that wait for one, if the last was long enough ago."""
        if self.proved and time.monotonic() >= self.next and not self.workers.controlled:
            self.begin()

    def seconds_to_next(self) -> float | None:
        """Seconds until the next control is due; None if none has to be begun."""
        if self.control or self.workers.controlled:
            return None
        return max(0.05, self.next - time.monotonic())

    def verdict(self) -> Verdict | None:
        """Wait for the control under way and return its verdict; None if its process is lost."""
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
        """Wait for the control under way; returns the time when it began: results from before may be believed.

        Returns minus infinity if its process is lost. Raises Distrust if it does not pass.
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
