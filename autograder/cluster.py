"""Grade on a Dask cluster: submissions travel with their tasks, and each worker process has its own warm parent.

Each worker runs its own controls, a short one after every submission, and is left out if they fail.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from autograder import isolation
from autograder.cluster_worker import in_one_line, versions
from autograder.intake import Submission
from autograder.messages import Message
from autograder.results import Graded, Verdict
from autograder.run import Run
from autograder.sandbox.seal import TIERS
from autograder.workers import LeftOut, Stopped, Workers

if TYPE_CHECKING:
    from distributed import Client

    from autograder.outfolder import Centre

CONNECT_SECONDS = 10
EACH = 2  # submissions under way per worker: one being graded, one waiting there


@contextmanager
def connect(address: str, run: Run, jobs: int, allow_weak: bool) -> Iterator[Workers]:
    """The workers of the scheduler at ``address``, including those that join later.

    At least ``jobs`` submissions are under way, so that an adaptive cluster sees work to grow for. Raises Stopped if
    Dask is not installed here or no scheduler answers.
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
        get_address_host_port(address, strict=False)  # a client is slow to give up on a bad address
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as fault:
        raise Stopped(
            Message("cluster.no_scheduler", {"address": address, "fault": in_one_line(fault)}), 2
        ) from None
    with client:
        yield client


def _allow_failures(client: Client, number: int) -> int:
    """Set how many workers may die over a task before the scheduler gives it up; returns the previous number.

    The engine has its own rule for this and must hear of the first death.
    """

    def change(dask_scheduler: Any) -> int:  # nested, so that its code travels too: there may be no kit
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
            raise Stopped(Message("cluster.no_kit", {"fault": in_one_line(fault)})) from None
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
        """The workers that are there and not left out. Raises Stopped if the scheduler is gone."""
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
    """The task to send, which returns its worker's address and the outcome. Raises ImportError if there is no kit there."""

    # Nested, so that its code travels too. The order is bytes that only the kit unpickles: arguments that Dask itself
    # could not unpickle would end the worker.
    def grade(versions: dict[str, str], order: bytes) -> tuple[str, Graded | LeftOut | Stopped]:
        from distributed import get_worker

        worker = get_worker().address
        try:
            from autograder.cluster_worker import grade_there
        except ImportError as fault:
            raise ImportError(f"{worker}: {fault}") from None
        return worker, grade_there(versions, order)

    return grade
