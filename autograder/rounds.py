"""Decide which submissions are graded now, and what happens when a process dies or a control fails.

A result is kept when one control has passed before it and another after it (``autograder.trust``). A control that
fails while submissions are running proves nothing: they end, a new warm parent is started, and the control runs
alone. If it fails again, the machine is at fault.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from autograder import kit
from autograder.intake import Source, Submission, load
from autograder.machine import Unfit
from autograder.messages import Message
from autograder.outfolder import Centre, Folder, in_language, still_valid, with_fingerprint
from autograder.results import Graded, Result, Verdict
from autograder.run import Run
from autograder.sandbox.ends import SandboxFault
from autograder.trust import Distrust, Trust, ungraded
from autograder.workers import LeftOut, Stopped, Workers

ATTEMPTS = 3  # the first beside others, two alone, because one may fail by bad luck
LOSSES = 6  # a run ends if it loses its processes this often in a row, without a result in between
LAST_SECONDS = 10  # for the last control, after Ctrl-C


@dataclass
class Grading:
    """The submissions of one run, and how far each has come.

    ``waiting`` are graded first, as many at a time as the workers have room for. ``alone`` follow, one at a time with a
    control after each: they were under way when something went wrong, or their process vanished. ``unsure`` are
    results without a later control that passed, each with its time of arrival. ``centre``: the loss that
    short runs are compared with; a full control sets it before anything is kept.
    """

    waiting: deque[Source]
    folder: Folder
    run: Run
    open_workers: Callable[[], AbstractContextManager[Workers]]
    fresh: bool
    remarks: list[Message] = field(default_factory=list)
    alone: deque[Source] = field(default_factory=deque)
    unsure: list[tuple[float, Source, Result]] = field(default_factory=list)
    attempts: Counter[str] = field(default_factory=Counter)
    vanished: set[str] = field(default_factory=set)
    modules: frozenset[str] = frozenset()
    doubt: bool = False
    losses: int = 0
    centre: Centre = field(init=False)

    def __post_init__(self) -> None:
        self.centre = Centre.of(self.folder.out, self.run)

    def results(self) -> Generator[Result, None, None]:
        """Yield each result once it is believed and its file is written, kept ones too.

        Raises TooWeak, Stopped, Unfit, SandboxFault and KeyboardInterrupt, as ``grade_class`` explains.
        """
        while self.waiting or self.alone or self.unsure:
            with self.open_workers() as opened:
                one = Round(self, opened)
                for result in one.results():
                    self.losses = 0
                    yield result
                self.remarks = opened.remarks()
            if not one.trust.proved:  # lost before a full control passed: their results prove nothing
                self.waiting.extendleft(source for _, source, _ in reversed(self.unsure))
                self.unsure = []
            self.losses += one.trust.lost
            if self.losses >= LOSSES:
                raise Unfit(Message("control.lost", {"count": self.losses}))

    def keep(self, graded: Result) -> Result:
        """Write a result that is believed, its short run judged by the control's loss; returns it as written."""
        band = kit.optional("checks.band")
        held = band.held(graded, self.centre.loss, self.run.language) if band else graded
        return self.folder.keep(held)

    def failed_once(self, source: Source) -> bool:
        """Count a failure of the grader, not of the submission. Returns whether it gets another attempt, alone."""
        self.attempts[source.name] += 1
        if self.attempts[source.name] < ATTEMPTS:
            self.alone.append(source)
            return True
        return False

    def vanished_first(self, source: Source, graded: Graded) -> bool:
        """Whether its process has vanished for the first time; if so, it will be graded once more, alone."""
        if not graded.vanished or source.name in self.vanished:
            return False
        self.vanished.add(source.name)
        self.alone.append(source)
        return True


class Round:
    """The part of a run that one set of workers and one warm parent do, until one of their processes is lost."""

    def __init__(self, grading: Grading, opened: Workers) -> None:
        self.grading, self.workers = grading, opened
        self.under_way: dict[Future[Graded], tuple[Source, Submission]] = {}
        self.trust = Trust(opened, grading.folder, grading.centre, grading.modules)

    def results(self) -> Generator[Result, None, None]:
        try:
            if self.grading.doubt and not self.trust.proved:
                self._prove_alone()
            yield from self._side_by_side()
            yield from self._one_by_one()
        except Distrust as distrust:
            self._distrust(distrust.verdict)
        except (KeyboardInterrupt, GeneratorExit):
            self._keep_what_a_last_control_allows()
            raise

    def _prove_alone(self) -> None:
        """Run the control while nothing else is under way. Raises Unfit if it fails."""
        self.trust.begin()
        verdict = self.trust.verdict()
        if verdict is not None and verdict.fault is not None:
            raise Unfit(verdict.fault)
        self.grading.doubt = self.trust.lost

    def _side_by_side(self) -> Iterator[Result]:
        while self.under_way or (self.grading.waiting and not self.trust.lost):
            yield from self._fill()
            if not self.under_way:
                continue
            if self.grading.unsure:
                self.trust.begin_if_due()
            futures: list[Future[Any]] = [*self.under_way, *filter(None, [self.trust.control])]
            timeout = self.trust.seconds_to_next() if self.grading.unsure else None
            done, _ = wait(futures, timeout, return_when=FIRST_COMPLETED)
            for future in done & self.under_way.keys():
                yield from self._settle(*self.under_way.pop(future), future)
            if self.trust.control in done:
                yield from self._believe()
        while (self.trust.control or self.grading.unsure) and not self.trust.lost:
            self.trust.begin()
            yield from self._believe()

    def _fill(self) -> Iterator[Result]:
        """Begin as many submissions as there is room for; yield results that can be kept."""
        grading = self.grading
        while grading.waiting and not self.trust.lost and len(self.under_way) < self.workers.room():
            source = grading.waiting.popleft()
            result = self._kept_or_begun(source)
            if result is not None:
                yield result

    def _kept_or_begun(self, source: Source) -> Result | None:
        """The result that OUT already holds. Else None, and grading has begun, unless the processes are gone."""
        grading = self.grading
        try:
            submission = load(source)
        except OSError as fault:  # it was there when the class was listed
            self.under_way[_unread(fault)] = (source, Submission(source.name, {}, {}, source.notes, ""))
            return None
        kept = grading.folder.read(submission.name)
        if not grading.fresh and kept and still_valid(kept, submission, grading.run, self.workers.tiers):
            result = in_language(kept, grading.run.language)
            if result != kept:
                grading.folder.write(result, keep_old=False)
            return result
        if not self.trust.proved:
            self.trust.begin()
        try:
            self.under_way[self.workers.submit(submission)] = (source, submission)
        except BrokenProcessPool:  # it broke after the last one was done
            self.trust.lost = True
            grading.waiting.appendleft(source)
        return None

    def _settle(self, source: Source, submission: Submission, future: Future[Graded]) -> Iterator[Result]:
        """Deal with the outcome of a grading that ran beside others. Raises Distrust if its control failed."""
        grading = self.grading
        graded = self._graded(source, submission, future)
        if graded is None:
            return
        if graded.control is not None and not graded.control.passed:
            grading.unsure.append((0.0, source, graded.result))
            raise Distrust(graded.control)
        if grading.vanished_first(source, graded):
            return
        if self.workers.controlled:
            grading.folder.keep_instructors(graded.control.pictures if graded.control else b"")
            yield grading.keep(graded.result)
        else:
            grading.unsure.append((time.monotonic(), source, graded.result))

    def _graded(self, source: Source, submission: Submission, future: Future[Graded]) -> Graded | None:
        """The outcome of a grading; None if it failed and will be tried again. Raises Stopped."""
        try:
            graded = self.workers.result(future, self.grading.centre)
            return replace(graded, result=with_fingerprint(graded.result))
        except Stopped:
            raise
        except LeftOut:
            (self.grading.waiting if self.grading.waiting else self.grading.alone).append(source)
            return None
        except Exception as fault:  # noqa: BLE001 - whatever fails in the grader, the others are still graded
            self.trust.lost = self.trust.lost or isinstance(fault, (BrokenProcessPool, SandboxFault))
            if self.grading.failed_once(source):
                return None
            message = Message("grade.fault", {"fault": f"{type(fault).__name__}: {fault}"[:500]})
            return Graded(ungraded(submission, self.grading.run, self.workers.tiers, message))

    def _one_by_one(self) -> Iterator[Result]:
        grading = self.grading
        while grading.alone and not self.trust.lost:
            source = grading.alone.popleft()
            result = self._kept_or_begun(source)
            if not self.trust.proved and self.trust.control:
                yield from self._believe()
            if result is None and self.under_way:
                ((future, (source, submission)),) = self.under_way.items()
                wait([future])
                self.under_way.clear()
                result = self._alone(source, submission, future)
            if result is not None:
                yield result

    def _alone(self, source: Source, submission: Submission, future: Future[Graded]) -> Result | None:
        """The kept result of a grading that ran alone; None if it will be tried again. Raises Distrust."""
        grading = self.grading
        graded = self._graded(source, submission, future)
        if graded is None:
            return None
        if grading.vanished_first(source, graded):
            return None
        verdict = graded.control
        if not self.workers.controlled and verdict is None:
            self.trust.begin()
            verdict = self.trust.verdict()
        if verdict is not None and verdict.fault is not None:
            if grading.failed_once(source):
                raise Distrust(verdict)
            return grading.keep(ungraded(submission, grading.run, self.workers.tiers, verdict.fault))
        if graded.vanished and graded.oom:
            return grading.keep(ungraded(submission, grading.run, self.workers.tiers, Message("grade.oom")))
        # In either case the control's process is lost.
        if not self.trust.proved or (verdict is None and not self.workers.controlled):
            grading.alone.appendleft(source)
            return None
        return grading.keep(graded.result)

    def _believe(self) -> Iterator[Result]:
        """Keep the results that came before the control under way, if it passes. Raises Distrust if it fails."""
        before = self.trust.passed_at()
        for each in [each for each in self.grading.unsure if each[0] <= before]:
            result = self.grading.keep(each[2])
            self.grading.unsure.remove(each)
            yield result

    def _distrust(self, verdict: Verdict) -> None:
        """Let everything end; what was under way since the last control will be graded again, alone."""
        grading = self.grading
        wait(self.under_way)
        again = [source for _, source, _ in grading.unsure] + [
            source for source, _ in self.under_way.values()
        ]
        known = {source.name for source in grading.alone}
        grading.alone.extend(source for source in again if source.name not in known)
        grading.unsure, grading.doubt = [], True
        grading.modules |= verdict.modules

    def _keep_what_a_last_control_allows(self) -> None:
        """After Ctrl-C, run a last control that decides about the results waiting for one."""
        if not (self.trust.proved and self.grading.unsure):
            return
        self.workers.end_grading()
        with suppress(Exception):
            self.trust.begin().result(LAST_SECONDS)
            for _ in self._believe():
                pass


def _unread(fault: OSError) -> Future[Graded]:
    """A future that has failed, in place of the grading of a submission that can't be read any more."""
    future: Future[Graded] = Future()
    future.set_exception(OSError(f"the submission can't be read any more ({fault.strerror})"))
    return future
