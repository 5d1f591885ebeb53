"""Grading on a Dask cluster: submissions travel with their tasks, each worker process has a warm parent of its own.

A worker grades one submission at a time, whatever its threads: pytest, and what it redirects, belong to the
whole process. The warm parent stays for the next task and ends with the worker's process, students with it.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING, Any

from autograder import __version__, isolation
from autograder.fingerprint import fingerprint
from autograder.intake import Submission
from autograder.messages import Message
from autograder.results import Result
from autograder.run import Run
from autograder.sandbox.client import SandboxFault, WarmParent
from autograder.sandbox.seal import TIERS
from autograder.workers import Stopped, Workers

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
    order = run, tiers[0], allow_weak
    with _client(address) as client:
        before = _allow_failures(client, 0)
        executor = client.get_executor(pure=False)
        try:
            yield _There(address, client, executor, jobs, order, tiers if allow_weak else tiers[:-1])
        finally:
            executor.shutdown(wait=False)
            if client.status == "running":
                _allow_failures(client, before)


@contextmanager
def _client(address: str) -> Iterator[Client]:
    try:
        from distributed import Client
        from distributed.comm.addressing import get_address_host_port
    except ImportError:
        raise Stopped(Message("cluster.not_installed")) from None
    for logger in ("distributed", "distributed.client"):
        logging.getLogger(logger).setLevel(logging.CRITICAL)  # else they write tracebacks
    try:
        get_address_host_port(address, strict=False)  # a client without an address is slow to give up
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

    def change(dask_scheduler: Any) -> int:  # in here, so that it travels whole: there may be no kit
        before, dask_scheduler.allowed_failures = dask_scheduler.allowed_failures, number
        return int(before)

    return int(client.run_on_scheduler(change))


@dataclass(frozen=True)
class _There:
    address: str
    client: Client
    executor: Any
    jobs: int
    order: tuple[Run, str, bool]
    tiers: tuple[str, ...]

    def room(self) -> int:
        try:
            return max(self.jobs, EACH * len(self.client.nthreads()))
        except (OSError, CancelledError):
            raise self._gone() from None

    def submit(self, submission: Submission) -> Future[Result]:
        from distributed.protocol.pickle import dumps

        future: Future[Result] = self.executor.submit(_task(), versions(), dumps((submission, self.order)))
        return future

    def result(self, future: Future[Result]) -> Result:
        try:
            found: Any = future.result()
        except CancelledError:
            raise self._gone() from None
        except ImportError as fault:
            raise Stopped(Message("cluster.no_kit", {"fault": _line(fault)})) from None
        if isinstance(found, Stopped):
            raise found
        result: Result = found
        return result

    def _gone(self) -> Stopped:
        return Stopped(Message("cluster.scheduler_gone", {"address": self.address}), 3)


def _task() -> Callable[[dict[str, str], bytes], Result | Stopped]:
    """The task that is sent; raises ImportError with the worker's name where there is no such kit."""

    # In here, so that it travels whole; with bytes that only the kit opens. What Dask itself could not open
    # there would end the worker.
    def grade(versions: dict[str, str], order: bytes) -> Result | Stopped:
        from distributed import get_worker

        try:
            from autograder.cluster import grade_there
        except ImportError as fault:
            raise ImportError(f"{get_worker().address}: {fault}") from None
        return grade_there(versions, order)

    return grade


# --- on the worker ---------------------------------------------------------------------------------------

_one_at_a_time = threading.Lock()


def versions() -> dict[str, str]:
    """What has to be the same on all machines: points must not depend on where a submission is graded."""
    return {"kit": f"{__version__} ({fingerprint()})", "torch": version("torch")}


def grade_there(ours: Mapping[str, str], order: bytes) -> Result | Stopped:
    """Grade in this worker's process. Raises what grading raises.

    Where nothing should be graded, Stopped is returned: raised, it would bring its causes, which may not travel.
    """
    import torch
    from distributed import get_worker
    from distributed.protocol.pickle import loads

    from autograder.checks import short_run
    from autograder.checks.reference import data
    from autograder.grading import grade

    worker, theirs = get_worker().address, versions()
    if theirs != ours:
        told = {
            whose: ", ".join(map(" ".join, each.items()))
            for whose, each in (("theirs", theirs), ("ours", ours))
        }
        return Stopped(Message("cluster.versions", {"worker": worker, **told}))
    submission, (run, at_most, allow_weak) = loads(order)
    with _one_at_a_time:
        torch.set_num_threads(1)
        try:
            for train in (True, False):
                short_run.images_of(run.dataset, run.data_root, train)  # which grading takes from memory
            warm_parent = _warm_parent(at_most, run.device)
            isolation.check(warm_parent, allow_weak)
        except isolation.TooWeak:
            return Stopped(Message("cluster.weak", {"worker": worker}))
        except data.DataUnavailable:
            return Stopped(Message("cluster.no_data", {"worker": worker, "dataset": run.dataset}))
        except (SandboxFault, OSError) as fault:
            return Stopped(Message("cluster.unfit", {"worker": worker, "fault": _line(fault)}), 3)
        try:
            return grade(submission, run, warm_parent)
        except SandboxFault:  # the next task gets another one
            warm_parent.close()
            _warm_parent.cache_clear()
            raise


@cache
def _warm_parent(at_most: str, device: str) -> WarmParent:
    """One for all tasks. It hangs on the thread that launches it, and a worker's threads live as long as the worker."""
    from autograder.sandbox import linux

    if sys.platform == "linux":
        linux.set_dumpable(False)  # other processes of this user are not to read the answers in its memory
    warm_parent = WarmParent.launch(at_most, device=device)
    Finalize(None, warm_parent.close, exitpriority=1)  # atexit does not happen under a nanny
    return warm_parent


def _line(fault: Exception) -> str:
    return " ".join(str(fault).split())[:300]
