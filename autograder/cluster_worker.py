"""What a Dask worker does with a submission that was sent to it: grade it between two controls.

It grades one submission at a time, however many threads it has: pytest and its redirections belong to the whole
process. The warm parent stays for the next task; it and its students' processes end with the worker's process.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from multiprocessing.util import Finalize

from autograder import __version__, isolation, kit
from autograder.fingerprint import fingerprint
from autograder.homework import homework
from autograder.intake import Submission
from autograder.messages import Message
from autograder.results import Graded, Verdict
from autograder.run import Run
from autograder.sandbox.client import WarmParent
from autograder.sandbox.ends import SandboxFault
from autograder.workers import LeftOut, Stopped

_one_at_a_time = threading.Lock()


def versions() -> dict[str, str]:
    """What has to be the same on all machines: points must not depend on where a submission is graded."""
    return {
        "kit": f"{__version__} ({fingerprint()})",
        "homework": homework().package,
        "torch": version("torch"),
    }


def grade_there(ours: Mapping[str, str], order: bytes) -> Graded | LeftOut | Stopped:
    """Grade in this worker's process. Raises what grading raises.

    Returns Stopped if nothing should be graded, LeftOut if only this worker should not grade. Raised, they would carry
    their causes, which Dask may be unable to pickle.
    """
    import torch
    from distributed import get_worker
    from distributed.protocol.pickle import loads

    worker, theirs = get_worker().address, versions()
    if theirs != ours:
        told = {
            whose: ", ".join(map(" ".join, each.items()))
            for whose, each in (("theirs", theirs), ("ours", ours))
        }
        return Stopped(Message("cluster.versions", {"worker": worker, **told}))
    submission, (run, at_most, allow_weak) = loads(order)
    with _one_at_a_time:
        run = _held(run)
        torch.set_num_threads(1)
        try:
            data = kit.optional("data")
            if data and data.fault(run.dataset, run.data_root):  # else grading finds them in memory
                return Stopped(Message("cluster.no_data", {"worker": worker, "dataset": run.dataset}))
            isolation.check(_warm_parent(at_most, run.device), allow_weak)
        except isolation.TooWeak:
            return Stopped(Message("cluster.weak", {"worker": worker}))
        except (SandboxFault, OSError) as fault:
            return Stopped(Message("cluster.unfit", {"worker": worker, "fault": in_one_line(fault)}), 3)
        try:
            return _between_controls(submission, run, at_most, worker)
        except SandboxFault:  # the next task starts another one
            _close_warm_parent(at_most, run.device)
            raise


_run: Run | None = None  # of the latest task


def _held(run: Run) -> Run:
    """The previous task's run if this one equals it: it already holds what was drawn for the run."""
    global _run
    if _run != run:
        _run = run
    return _run


def _between_controls(submission: Submission, run: Run, at_most: str, worker: str) -> Graded | LeftOut:
    """Grade after a full control has passed here, then run a short one.

    If either fails, all is done once more with a fresh warm parent. Returns LeftOut if the full control fails again.
    Raises GraderFault if the short one does, or if a process vanished and the kernel killed one for lack of memory.
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
            if graded.vanished:  # again at once: this worker grades nothing else meanwhile
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
    """The warm parent and the run for which the full control has passed, and its verdict."""

    warm_parent: WarmParent
    run: Run
    verdict: Verdict


_proof: _Proof | None = None


def _proved(run: Run, warm_parent: WarmParent, modules: frozenset[str]) -> Verdict:
    """The verdict of the full control, which runs once per run and warm parent; with pictures only if it ran now."""
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
    """The warm parent of all tasks. It dies with the thread that starts it, which lives as long as the worker."""
    from autograder.sandbox import linux

    if sys.platform == "linux":
        linux.set_dumpable(False)  # other processes of this user must not read the answers in its memory
    warm_parent = isolation.launch(at_most, device=device)
    Finalize(None, warm_parent.close, exitpriority=1)  # atexit does not run under a nanny
    return warm_parent


def in_one_line(fault: Exception) -> str:
    """An exception's text without line breaks, at most 300 characters."""
    return " ".join(str(fault).split())[:300]
