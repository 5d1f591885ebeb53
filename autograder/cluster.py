"""Grading on a Dask cluster: submissions travel with their tasks, each worker process has a warm parent of its own.

A worker grades one submission at a time, whatever its threads: pytest, and what it redirects, belong to the
whole process. The warm parent stays for the next task and ends with the worker's process, students with it.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING, Any

from autograder import __version__, isolation
from autograder.classroom import Stopped, Workers, fingerprint
from autograder.intake import Submission
from autograder.messages import Message
from autograder.results import Result
from autograder.run import Run
from autograder.sandbox.client import SandboxFault, WarmParent
from autograder.sandbox.seal import TIERS

if TYPE_CHECKING:
    from distributed import Client

CONNECT_SECONDS = 10
EACH = 2  # submissions under way for each worker: one that it grades, one that waits there


@contextmanager
def connect(address: str, run: Run, jobs: int, allow_weak: bool) -> Iterator[Workers]:
    """The workers of the scheduler at ``address``, those that join later too.

    At least ``jobs`` submissions are under way, so that a cluster that adapts to its work sees some. Raises
    Stopped: no Dask here, no scheduler there.
    """
    tiers = TIERS[TIERS.index(isolation.at_most()) :]
    order = Order(run, tiers[0], allow_weak, versions())
    with _client(address) as client:
        before = _allow_failures(client, 0)
        try:
            with client.get_executor(pure=False) as executor:
                yield _There(address, client, executor, jobs, order, tiers if allow_weak else tiers[:-1])
        finally:
            if client.status == "running":
                _allow_failures(client, before)


@contextmanager
def _client(address: str) -> Iterator[Client]:
    try:
        from distributed import Client
    except ImportError:
        raise Stopped(Message("cluster.not_installed"), 2) from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # below that it logs tracebacks
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as fault:
        raise Stopped(
            Message("cluster.no_scheduler", {"address": address, "fault": _line(fault)}), 2
        ) from None
    with client:
        yield client


def _allow_failures(client: Client, number: int) -> int:
    """Set how many workers may die over a task before the scheduler gives it up; returns the number before.

    The engine has a rule of its own, which wants to know of the first.
    """

    def change(
        dask_scheduler: Any,
    ) -> int:  # in here, so that it travels whole: the scheduler may lack the kit
        before, dask_scheduler.allowed_failures = dask_scheduler.allowed_failures, number
        return int(before)

    return int(client.run_on_scheduler(change))


@dataclass(frozen=True)
class Order:
    """What a worker has to know to grade as the main process would."""

    run: Run
    at_most: str
    allow_weak: bool
    versions: Mapping[str, str]


@dataclass(frozen=True)
class _There:
    address: str
    client: Client
    executor: Executor
    jobs: int
    order: Order
    tiers: tuple[str, ...]

    def room(self) -> int:
        try:
            return max(self.jobs, EACH * len(self.client.nthreads()))
        except (OSError, CancelledError):
            raise self._gone() from None

    def submit(self, submission: Submission) -> Future[Result]:
        return self.executor.submit(grade_there, submission, self.order)

    def result(self, future: Future[Result]) -> Result:
        try:
            return future.result()
        except CancelledError:
            raise self._gone() from None
        except ModuleNotFoundError as fault:
            raise Stopped(
                Message("cluster.no_kit", {"address": self.address, "fault": _line(fault)}), 2
            ) from None

    def _gone(self) -> Stopped:
        return Stopped(Message("cluster.scheduler_gone", {"address": self.address}), 3)


def versions() -> dict[str, str]:
    """What has to be the same on all machines of a run, so that a submission's points don't depend on where it went."""
    return {"kit": f"{__version__} ({fingerprint()})", "torch": version("torch")}


# --- on the worker ---------------------------------------------------------------------------------------

_one_at_a_time = threading.Lock()


def grade_there(submission: Submission, order: Order) -> Result:
    """Grade in this worker's process. Raises Stopped where no submission should be, else what grading raises."""
    from distributed import get_worker

    from autograder.grading import grade

    with _one_at_a_time:
        warm_parent = _fit(order, get_worker().address)
        try:
            return grade(submission, order.run, warm_parent)
        except SandboxFault:  # the next task gets another one
            warm_parent.close()
            _warm_parent.cache_clear()
            raise


def _fit(order: Order, worker: str) -> WarmParent:
    """This process's warm parent. Raises Stopped when points would depend on this worker, or nothing can be had here."""
    from autograder.checks import reference

    theirs, ours = (
        ", ".join(f"{name} {each[name]}" for name in each) for each in (versions(), order.versions)
    )
    if theirs != ours:
        raise Stopped(Message("cluster.versions", {"worker": worker, "theirs": theirs, "ours": ours}), 2)
    try:
        if order.run.dataset != "digits":
            for train in (True, False):
                reference.data.load(order.run.dataset, train=train, root=order.run.data_root)
        warm_parent = _warm_parent(order.at_most)
        isolation.check(warm_parent, order.allow_weak)
    except isolation.TooWeak:
        raise Stopped(Message("cluster.weak", {"worker": worker}), 2) from None
    except (SandboxFault, OSError, reference.data.DataUnavailable) as fault:
        raise Stopped(Message("cluster.unfit", {"worker": worker, "fault": _line(fault)}), 3) from None
    return warm_parent


@cache
def _warm_parent(at_most: str) -> WarmParent:
    """One for all tasks. It hangs on the thread that launches it, and a worker's threads live as long as the worker."""
    import torch

    from autograder.sandbox import linux

    if sys.platform == "linux":
        linux.set_dumpable(
            False
        )  # no other process of this user may read the answers out of this one's memory
    torch.set_num_threads(1)
    warm_parent = WarmParent.launch(at_most)
    Finalize(None, warm_parent.close, exitpriority=1)  # atexit does not happen under a nanny
    return warm_parent


def _line(fault: Exception) -> str:
    return " ".join(str(fault).split())[:300]
