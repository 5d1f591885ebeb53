"""The processes that grade: on this machine, forked from one server that has imported the checks once."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import resource_tracker
from multiprocessing.forkserver import ensure_running
from multiprocessing.synchronize import Semaphore
from multiprocessing.util import get_temp_dir
from typing import Protocol

from autograder import isolation
from autograder.intake import Submission
from autograder.messages import Message, Refusal
from autograder.results import Result
from autograder.run import Run
from autograder.sandbox.client import WarmParent, interruptions_held

CONTEXT = multiprocessing.get_context("forkserver")
# Those that this process may use: submissions to grade at a time.
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Stopped(Refusal):
    """The run can't go on; what was graded is kept."""


class Workers(Protocol):
    """Processes that grade submissions, here or on a cluster; ``tiers`` are the isolations that they may have."""

    @property
    def tiers(self) -> tuple[str, ...]: ...

    def room(self) -> int:
        """How many submissions are to be under way now."""

    def submit(self, submission: Submission) -> Future[Result]:
        """Begin grading. Raises BrokenProcessPool when the processes are gone."""

    def result(self, future: Future[Result]) -> Result:
        """What came of it. Raises Stopped when that ends the run, else what the grading raised."""


@contextmanager
def local(run: Run, jobs: int, allow_weak: bool) -> Iterator[Workers]:
    """Workers on this machine, forked from one server that has imported the checks once, and their warm parent."""
    _start_server()
    server_folder = get_temp_dir()
    warm_parent = WarmParent.launch(isolation.at_most(), run.device, folder=server_folder)
    try:
        isolation.check(warm_parent, allow_weak)
        instructors = CONTEXT.Semaphore(1)
        executor = ProcessPoolExecutor(jobs, CONTEXT, _begin, (warm_parent, run, instructors))
        try:
            yield Local(executor, jobs, (warm_parent.tier,))
        finally:
            executor.shutdown(wait=False, cancel_futures=True)
            for process in multiprocessing.active_children():
                process.terminate()
    finally:
        warm_parent.close()


@dataclass(frozen=True)
class Local:
    """This machine's workers: a pool of ``jobs`` processes and one warm parent for all."""

    executor: ProcessPoolExecutor
    jobs: int
    tiers: tuple[str, ...]

    def room(self) -> int:
        return self.jobs

    def submit(self, submission: Submission) -> Future[Result]:
        return self.executor.submit(_grade, submission)

    def result(self, future: Future[Result]) -> Result:
        return future.result()


_mine: tuple[WarmParent, Run, Callable[[], bool]] | None = None


def _begin(warm_parent: WarmParent, run: Run, instructors: Semaphore) -> None:
    """Called once in each worker. Whichever gets the semaphore trains the instructor's solution for the pictures."""
    import torch

    from autograder.sandbox import linux

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the main process decides
    threading.Thread(target=_end_with_main_process, daemon=True).start()
    linux.set_dumpable(False)  # no other process of this user may read the answers out of this one's memory
    torch.set_num_threads(1)
    gc.freeze()  # a collection would touch, and so copy, all memory that is shared with the fork server
    global _mine
    _mine = warm_parent, run, partial(instructors.acquire, block=False)


def _end_with_main_process() -> None:
    """A pool's workers would wait for ever, and hold the warm parent, if the main process were killed."""
    main = multiprocessing.parent_process()
    if main is not None:
        main.join()
        os._exit(1)


def _grade(submission: Submission) -> Result:
    from autograder.grading import grade

    assert _mine is not None
    warm_parent, run, instructors = _mine
    return grade(submission, run, warm_parent, instructors)


def _start_server() -> None:
    """Have a server import the checks while the warm parent imports what students use.

    Ctrl-C reaches the whole group: the server is never to see it, and the main process will in a moment.
    """
    CONTEXT.set_forkserver_preload(["autograder.preloaded"])
    resource_tracker.ensure_running()  # starting it would unblock signals
    try:
        with interruptions_held():
            ensure_running()
    except OSError as error:
        if "path too long" not in str(error):  # of the server's socket, which lies with the temporary files
            raise
        raise Refusal(Message("cli.temporary_too_long", {"path": tempfile.gettempdir()})) from None
