"""Grading a class without the command around it, and the record of a submission that the grader could not grade."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Sequence
from functools import partial

from autograder import workers
from autograder.intake import Source, Submission
from autograder.messages import Message
from autograder.outfolder import Folder
from autograder.results import Check, Result
from autograder.rounds import Grading
from autograder.run import Run
from autograder.trust import ungraded


def grade_each(
    sources: Sequence[Source], folder: Folder, run: Run, jobs: int, fresh: bool = False
) -> Generator[Result, None, None]:
    """Yield each result once it can be trusted: grade_class between the seed and the summary, on this machine."""
    opened = partial(workers.local, run, jobs, False)
    return Grading(deque(sources), folder, run, opened, fresh).results()


def failed(submission: Submission, run: Run, fault: Exception, tier: str) -> Result:
    """The record of a submission that the grader itself could not grade."""
    message = Message("grade.fault", {"fault": f"{type(fault).__name__}: {fault}"})
    return ungraded(submission, run, (tier,), message)


def ran(reached: str) -> Check:
    """The short run's check as a worker leaves it, before it is compared with the control's loss."""
    values = {"called": "train()", "reached": reached}
    return Check("short_run", "training", "", 10.0, 10.0, "passed", "", "short_run.passed", values)
