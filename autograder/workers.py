"""The processes that grade: on this machine, forked from one server that has imported the checks once."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import site
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.forkserver import ensure_running
from multiprocessing.util import get_temp_dir
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from autograder import isolation
from autograder.intake import Submission
from autograder.messages import Message, Refusal
from autograder.results import Graded, Verdict
from autograder.run import Run
from autograder.sandbox.client import WarmParent, check_room, interruptions_held
from autograder.sandbox.ends import SandboxFault

if TYPE_CHECKING:
    from autograder.outfolder import Centre

CONTEXT = multiprocessing.get_context("forkserver")
KIT = Path(__file__).parents[1]
# The cores that this process may use; by default, as many submissions are graded at a time.
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Stopped(Refusal):
    """The run can't go on; what was graded is kept."""


class LeftOut(Exception):
    """A worker can't be trusted because its control failed; nothing more is graded there."""

    def __init__(self, worker: str, fault: Message) -> None:
        super().__init__(worker, fault)
        self.worker, self.fault = worker, fault


class Workers(Protocol):
    """Processes that grade submissions, here or on a cluster; ``tiers`` are the isolation tiers that they may have.

    ``controlled``: each result has already been graded between two controls that passed.
    """

    @property
    def tiers(self) -> tuple[str, ...]: ...

    @property
    def controlled(self) -> bool: ...

    def room(self) -> int:
        """How many submissions should be under way now."""

    def submit(self, submission: Submission) -> Future[Graded]:
        """Begin grading. Raises BrokenProcessPool when the processes are gone."""

    def result(self, future: Future[Graded], centre: Centre) -> Graded:
        """The outcome. Raises Stopped if that ends the run, LeftOut if another worker should grade, else what grading raised.

        It is LeftOut, too, if the worker's own control reached another loss than the run's ``centre``.
        """

    def control(self, in_full: bool, modules: frozenset[str]) -> Future[Verdict]:
        """Begin a control, beside whatever is being graded. Raises BrokenProcessPool when the processes are gone."""

    def end_grading(self) -> None:
        """End at once whatever is being graded; controls can still run."""

    def remarks(self) -> list[Message]:
        """What the instructor should know of these workers: the isolation, who was left out."""


@contextmanager
def local(run: Run, jobs: int, allow_weak: bool) -> Iterator[Workers]:
    """Workers on this machine, forked from one server that has imported the checks once, and their warm parent."""
    check_room()  # first, because a server would outlive a refusal
    _start_server()
    server_folder = get_temp_dir()
    warm_parent = isolation.launch(device=run.device, folder=server_folder)
    try:
        isolation.check(warm_parent, allow_weak)
        # Controls have a process of their own: no submission can keep them waiting.
        try:
            grading, controls = (
                ProcessPoolExecutor(count, CONTEXT, _begin, (warm_parent, run)) for count in (jobs, 1)
            )
        except OSError as fault:
            raise SandboxFault(
                f"semaphores need room in /dev/shm, and leave to write there: {fault.strerror}"
            ) from None
        try:
            yield Local(grading, controls, jobs, warm_parent)
        finally:
            for pool in (grading, controls):
                _end(pool)
    finally:
        warm_parent.close()


@dataclass(frozen=True)
class Local:
    """This machine's workers: a pool of ``jobs`` processes, another for controls, and one warm parent for all."""

    grading: ProcessPoolExecutor
    controls: ProcessPoolExecutor
    jobs: int
    warm_parent: WarmParent
    controlled: bool = False

    @property
    def tiers(self) -> tuple[str, ...]:
        return (self.warm_parent.tier,)

    def room(self) -> int:
        return self.jobs

    def submit(self, submission: Submission) -> Future[Graded]:
        return self.grading.submit(_grade, submission)

    def result(self, future: Future[Graded], centre: Centre) -> Graded:
        return future.result()

    def control(self, in_full: bool, modules: frozenset[str]) -> Future[Verdict]:
        return self.controls.submit(_control, in_full, modules)

    def end_grading(self) -> None:
        _end(self.grading)

    def remarks(self) -> list[Message]:
        return [isolation.told(self.warm_parent)]


def _end(pool: ProcessPoolExecutor) -> None:
    """End a pool's processes and wait for its thread, which may be closing a pipe that Python's exit would write to."""
    for process in list((pool._processes or {}).values()):  # no public name before Python 3.14
        process.terminate()
    pool.shutdown(cancel_futures=True)


_mine: tuple[WarmParent, Run] | None = None


def _begin(warm_parent: WarmParent, run: Run) -> None:
    """Set up a worker process; called once in each."""
    import torch

    from autograder.sandbox import linux

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the main process decides
    threading.Thread(target=_end_with_main_process, daemon=True).start()
    linux.set_dumpable(False)  # no other process of this user may read the answers out of this one's memory
    torch.set_num_threads(1)
    gc.freeze()  # a collection would touch, and so copy, all memory that is shared with the fork server
    global _mine
    _mine = warm_parent, run


def _end_with_main_process() -> None:
    """End this worker with the main process: else it would wait for ever and hold the warm parent."""
    main = multiprocessing.parent_process()
    if main is not None:
        main.join()
        os._exit(1)


def _grade(submission: Submission) -> Graded:
    from autograder.control import grade_with_doubt

    assert _mine is not None
    warm_parent, run = _mine
    return grade_with_doubt(submission, run, warm_parent)


def _control(in_full: bool, modules: frozenset[str]) -> Verdict:
    from autograder import control

    assert _mine is not None
    warm_parent, run = _mine
    return (control.in_full if in_full else control.in_short)(run, warm_parent, modules)


def _start_server() -> None:
    """Start a server that imports the checks, while the warm parent imports what students use.

    Ctrl-C reaches the whole group: the server must never see it, and the main process sees it in a moment.
    """
    CONTEXT.set_forkserver_preload(["autograder.preloaded"])
    try:
        with _imports_of_this_kit():
            resource_tracker.ensure_running()  # first, because starting it unblocks signals
            with interruptions_held():
                ensure_running()
    except OSError as error:
        # That path is the one of the server's socket, in the temporary folder.
        if "path too long" not in str(error):
            raise
        raise Refusal(Message("cli.temporary_too_long", {"path": tempfile.gettempdir()})) from None


@contextmanager
def _imports_of_this_kit() -> Iterator[None]:
    """Make Python processes started now import this kit, whatever is installed, and nothing from the current folder.

    They look in the current folder first, so the current folder is / meanwhile, where only root can write.
    multiprocessing passes them no search path other than the environment's.
    """
    folder, given = os.open(".", os.O_RDONLY | os.O_DIRECTORY), os.environ.get("PYTHONPATH")
    path = [entry for entry in (given or "").split(os.pathsep) if os.path.isabs(entry)]
    if str(KIT) not in site.getsitepackages():
        path.insert(0, str(KIT))
    os.environ["PYTHONPATH"] = os.pathsep.join(path)
    os.chdir("/")
    try:
        yield
    finally:
        os.fchdir(folder)
        os.close(folder)
        del os.environ["PYTHONPATH"]
        if given is not None:
            os.environ["PYTHONPATH"] = given
