"""Grading on a Dask cluster: submissions travel with their tasks, each worker process has a warm parent of its own.

A worker grades one submission at a time, whatever its threads: pytest, and what it redirects, belong to the
whole process. The warm parent stays for the next task and ends with the worker's process, students with it. Each
worker makes its own controls, one in short after every submission, and is left out where they fail.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import version
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING, Any, cast

from autograder import __version__, isolation
from autograder.fingerprint import fingerprint
from autograder.intake import Submission
from autograder.messages import Message
from autograder.results import Graded, Verdict
from autograder.run import Run
from autograder.sandbox.client import SandboxFault, WarmParent
from autograder.sandbox.seal import TIERS
from autograder.workers import LeftOut, Stopped, Workers

if TYPE_CHECKING:
    from distributed import Client

    from autograder.outfolder import Centre

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
        there = _There(address, client, jobs, order, tiers if allow_weak else tiers[:-1])
        try:
            yield there
        finally:
            there.end_grading()
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


@dataclass
class _There:
    address: str
    client: Client
    jobs: int
    order: tuple[Run, str, bool]
    tiers: tuple[str, ...]
    controlled: bool = True
    left_out: dict[str, Message] = field(default_factory=dict)
    executors: dict[tuple[str, ...], Any] = field(default_factory=dict)

    def room(self) -> int:
        return max(self.jobs, EACH * len(self._fit()))

    def submit(self, submission: Submission) -> Future[Graded]:
        from distributed.protocol.pickle import dumps

        executor = self._executor(self._fit() if self.left_out else ())
        future: Future[Graded] = executor.submit(_task(), versions(), dumps((submission, self.order)))
        return future

    def result(self, future: Future[Graded], centre: Centre) -> Graded:
        try:
            worker, found = cast("tuple[str, Graded | LeftOut | Stopped]", future.result())
        except CancelledError:
            raise self._gone() from None
        except ImportError as fault:
            raise Stopped(Message("cluster.no_kit", {"fault": _line(fault)})) from None
        if isinstance(found, Stopped):
            raise found
        if isinstance(found, Graded):
            verdict = centre.agreed(found.control or Verdict())
            if verdict.fault is None:
                return found
            found = LeftOut(worker, verdict.fault)
        self.left_out[worker] = found.fault
        if not self._fit():
            raise Stopped(found.fault, 3)
        raise found

    def remarks(self) -> list[Message]:
        if not self.left_out:
            return []
        return [Message("cluster.left_out", {"workers": ", ".join(sorted(self.left_out))})]

    def control(self, in_full: bool, modules: frozenset[str]) -> Future[Verdict]:
        raise AssertionError("a worker makes its own controls")

    def end_grading(self) -> None:
        for executor in self.executors.values():
            executor.shutdown(wait=False)

    def _fit(self) -> tuple[str, ...]:
        """The workers that are there and not left out. Raises Stopped where the scheduler is gone."""
        try:
            return tuple(sorted(worker for worker in self.client.nthreads() if worker not in self.left_out))
        except (OSError, CancelledError):
            raise self._gone() from None

    def _executor(self, workers: tuple[str, ...]) -> Any:
        if workers not in self.executors:
            chosen = {"workers": list(workers)} if workers else {}
            self.executors[workers] = self.client.get_executor(pure=False, **chosen)
        return self.executors[workers]

    def _gone(self) -> Stopped:
        return Stopped(Message("cluster.scheduler_gone", {"address": self.address}), 3)


def _task() -> Callable[[dict[str, str], bytes], tuple[str, Graded | LeftOut | Stopped]]:
    """The task that is sent, which names its worker; raises ImportError with that name where there is no such kit."""

    # In here, so that it travels whole; with bytes that only the kit opens. What Dask itself could not open
    # there would end the worker.
    def grade(versions: dict[str, str], order: bytes) -> tuple[str, Graded | LeftOut | Stopped]:
        from distributed import get_worker

        worker = get_worker().address
        try:
            from autograder.cluster import grade_there
        except ImportError as fault:
            raise ImportError(f"{worker}: {fault}") from None
        return worker, grade_there(versions, order)

    return grade


# --- on the worker ---------------------------------------------------------------------------------------

_one_at_a_time = threading.Lock()


def versions() -> dict[str, str]:
    """What has to be the same on all machines: points must not depend on where a submission is graded."""
    return {"kit": f"{__version__} ({fingerprint()})", "torch": version("torch")}


def grade_there(ours: Mapping[str, str], order: bytes) -> Graded | LeftOut | Stopped:
    """Grade in this worker's process. Raises what grading raises.

    Where nothing should be graded, Stopped is returned, or LeftOut where only this worker should not: raised, they
    would bring their causes, which may not travel.
    """
    import torch
    from distributed import get_worker
    from distributed.protocol.pickle import loads

    from autograder.checks import short_run
    from autograder.checks.reference import data

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
            isolation.check(_warm_parent(at_most, run.device), allow_weak)
        except isolation.TooWeak:
            return Stopped(Message("cluster.weak", {"worker": worker}))
        except data.DataUnavailable:
            return Stopped(Message("cluster.no_data", {"worker": worker, "dataset": run.dataset}))
        except (SandboxFault, OSError) as fault:
            return Stopped(Message("cluster.unfit", {"worker": worker, "fault": _line(fault)}), 3)
        try:
            return _between_controls(submission, run, at_most, worker)
        except SandboxFault:  # the next task gets another one
            _close_warm_parent(at_most, run.device)
            raise


def _between_controls(submission: Submission, run: Run, at_most: str, worker: str) -> Graded | LeftOut:
    """Grade once the control has passed in full here, and try it in short afterwards.

    Where one does not pass, all is done once more with a fresh warm parent. Raises GraderFault where it fails again
    after the submission.
    """
    from autograder import control
    from autograder.grading import GraderFault

    verdict = Verdict()
    for fresh in (False, True):
        if fresh:
            _close_warm_parent(at_most, run.device)
        warm_parent = _warm_parent(at_most, run.device)
        verdict = proved = _proved(run, warm_parent, verdict.modules)
        if verdict.passed:
            graded = control.grade_with_doubt(submission, run, warm_parent)
            if graded.vanished:  # this worker grades nothing beside it
                graded = control.grade_with_doubt(submission, run, warm_parent)
            if graded.vanished and graded.oom:
                raise GraderFault("the kernel ended a process for want of memory")
            verdict = graded.control or control.in_short(run, warm_parent)
            if verdict.passed:
                return replace(graded, vanished=False, control=proved)
        elif fresh:
            assert verdict.fault is not None
            return LeftOut(worker, verdict.fault)
    raise GraderFault(f"the control failed after it: {verdict.fault}")


@dataclass(frozen=True)
class _Proof:
    """Which warm parent the control has passed on, in which run, and what came of it."""

    warm_parent: WarmParent
    run: Run
    verdict: Verdict


_proof: _Proof | None = None


def _proved(run: Run, warm_parent: WarmParent, modules: frozenset[str]) -> Verdict:
    """The control's verdict in full, made once for a run; its pictures only when it was made now."""
    from autograder import control

    global _proof
    if _proof is not None and _proof.warm_parent is warm_parent and _proof.run == run:
        return replace(_proof.verdict, pictures=b"")
    verdict = control.in_full(run, warm_parent, modules)
    _proof = _Proof(warm_parent, run, verdict) if verdict.passed else None
    return verdict


def _close_warm_parent(at_most: str, device: str) -> None:
    _warm_parent(at_most, device).close()
    _warm_parent.cache_clear()


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
