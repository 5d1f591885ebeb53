"""What a worker of a Dask cluster does with a submission that was sent to it: grade it between two controls.

It grades one submission at a time, whatever its threads: pytest, and what it redirects, belong to the
whole process. The warm parent stays for the next task and ends with the worker's process, students with it.
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

    Where nothing should be graded, Stopped is returned, or LeftOut where only this worker should not: raised, they
    would bring their causes, which may not travel.
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
            if data and data.fault(run.dataset, run.data_root):  # else grading takes them from memory
                return Stopped(Message("cluster.no_data", {"worker": worker, "dataset": run.dataset}))
            isolation.check(_warm_parent(at_most, run.device), allow_weak)
        except isolation.TooWeak:
            return Stopped(Message("cluster.weak", {"worker": worker}))
        except (SandboxFault, OSError) as fault:
            return Stopped(Message("cluster.unfit", {"worker": worker, "fault": in_one_line(fault)}), 3)
        try:
            return _between_controls(submission, run, at_most, worker)
        except SandboxFault:  # the next task gets another one
            _close_warm_parent(at_most, run.device)
            raise


_run: Run | None = None  # the one of the latest task


def _held(run: Run) -> Run:
    """The same run as it came with the task before, with what was drawn for it."""
    global _run
    if _run != run:
        _run = run
    return _run


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
    warm_parent = isolation.launch(at_most, device=device)
    Finalize(None, warm_parent.close, exitpriority=1)  # atexit does not happen under a nanny
    return warm_parent


def in_one_line(fault: Exception) -> str:
    """An exception's text, without its line breaks and not too long."""
    return " ".join(str(fault).split())[:300]
