"""Many submissions: which still need grading, on how many processes, and what happens when one of them dies.

Results are files, written one by one; a run that was interrupted takes up those that fit.
"""

from __future__ import annotations

import gc
import hashlib
import json
import multiprocessing
import os
import secrets
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache, partial
from multiprocessing import resource_tracker
from multiprocessing.forkserver import ensure_running
from pathlib import Path
from typing import Protocol

from autograder import __version__, isolation, kit
from autograder.intake import Source, Submission, load
from autograder.messages import Message, words
from autograder.report import safe_name, write_reports
from autograder.results import Result, to_csv, write_atomically
from autograder.run import Run
from autograder.sandbox.client import SandboxFault, WarmParent

ATTEMPTS = 2
CONTEXT = multiprocessing.get_context("forkserver")


class Stopped(Exception):
    """The run can't go on; what was graded is kept. ``message`` says why, ``status`` is the command's."""

    def __init__(self, message: Message, status: int) -> None:
        super().__init__(message, status)  # both, so that it can be pickled
        self.message, self.status = message, status


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


@dataclass(frozen=True)
class Folder:
    """The folder OUT: where each source's result lies."""

    out: Path
    names: dict[str, str]

    @classmethod
    def of(cls, out: Path, sources: Iterable[Source]) -> Folder:
        names: dict[str, str] = {}
        for source in sources:
            names[source.name] = safe_name(source.name, set(names.values()))
        return cls(out, names)

    def read(self, name: str) -> Result | None:
        """The result that lies there already, or None."""
        with suppress(OSError, ValueError):
            return Result.from_json(self._path(name).read_text(encoding="utf-8"))
        return None

    def write(self, result: Result) -> None:
        write_atomically(self._path(result.submission), result.to_json().encode())

    def write_summary(self, language: str) -> list[Result]:
        """grades.csv and the pages, from all results that lie here; returns these results."""
        results = [result for name in sorted(self.names) if (result := self.read(name)) is not None]
        write_atomically(self.out / "grades.csv", to_csv(results))
        write_reports(self.out, results, language)
        return results

    def _path(self, name: str) -> Path:
        return self.out / "results" / f"{self.names[name]}.json"


def run_seed(out: Path, asked: int | None, fresh: bool) -> int:
    """The run's one seed: as asked for, else as kept in OUT, else drawn now; kept in OUT from then on."""
    path = out / "run.json"
    seed = asked
    if seed is None and not fresh:
        with suppress(OSError, ValueError, KeyError, TypeError):
            seed = int(json.loads(path.read_text(encoding="utf-8"))["seed"])
    if seed is None:
        seed = secrets.randbelow(2**31)
    write_atomically(path, (json.dumps({"seed": seed}) + "\n").encode())
    return seed


@cache
def fingerprint() -> str:
    """A hash of everything that decides about points: a result of another kit is graded anew."""
    digest = hashlib.sha256()
    engine = Path(__file__).parent
    decisive = [
        engine / "assignment.toml",
        *(engine / "checks").iterdir(),
        *(engine / "sandbox").rglob("*.py"),
    ]
    for path in sorted([*decisive, *(kit.SOLUTION / "vae").glob("*.py"), kit.HANDOUT / "vae" / "data.py"]):
        if path.suffix in (".py", ".toml", ".json"):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def still_valid(result: Result | None, submission: Submission, run: Run, tiers: tuple[str, ...]) -> bool:
    """Whether grading this submission again in this run would only repeat the result."""
    return (
        result is not None
        and result.status != "failed"
        and result.submission == submission.name
        and (result.digest, result.notes) == (submission.digest, submission.notes)
        and (result.dataset, result.device, result.seed) == (run.dataset, run.device, run.seed)
        and result.isolation in tiers
        and result.versions.get("checks") == fingerprint()
    )


def in_language(result: Result, language: str) -> Result:
    """The result with its words in ``language``; all else is kept as it is."""
    checks = tuple(
        replace(check, title=words(check.id, language, "titles"), message=check.text(language))
        for check in result.checks
    )
    return replace(result, checks=checks)


def grade_class(
    sources: list[Source],
    folder: Folder,
    run: Run,
    jobs: int,
    fresh: bool,
    allow_weak: bool,
    address: str | None = None,
) -> Generator[Result, None, None]:
    """Grade what needs it and yield each result when its file is written, kept ones too.

    On this machine, or on the cluster whose scheduler has this address. Raises isolation.TooWeak,
    SandboxFault when no warm parent comes up, or Stopped when the cluster can't do it.
    """
    open_workers: Callable[[], AbstractContextManager[Workers]] = partial(_here, run, jobs, allow_weak)
    if address is not None:
        from autograder import cluster

        open_workers = partial(cluster.connect, address, run, jobs, allow_weak)
    attempts: Counter[str] = Counter()
    waiting = deque(sources)
    while waiting:
        with open_workers() as workers:
            yield from _round(waiting, attempts, folder, run, workers, fresh)


def _start_server() -> None:
    """Have a server import the checks while the warm parent imports what students use.

    Ctrl-C reaches the whole group: the server is never to see it, and the main process will in a moment.
    """
    CONTEXT.set_forkserver_preload(["autograder.grading", "sklearn.datasets"])  # the second is for the digits
    resource_tracker.ensure_running()  # starting it would unblock signals
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    ensure_running()
    signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _round(
    waiting: deque[Source],
    attempts: Counter[str],
    folder: Folder,
    run: Run,
    workers: Workers,
    fresh: bool,
) -> Iterator[Result]:
    """Grade until nothing is waiting, or until a process of the grader's own has died.

    As many submissions are under way as the workers have room for. What was under way then waits again and is graded
    alone, so that a submission that is under way when that happens for the second time is the cause: it
    gets the result ``failed``.
    """
    under_way: dict[Future[Result], tuple[Source, Submission]] = {}
    lost = False
    while under_way or (waiting and not lost):
        while waiting and not lost:
            nearby = [waiting[0], *(source for source, _ in under_way.values())]
            if len(under_way) >= (1 if any(attempts[source.name] for source in nearby) else workers.room()):
                break
            source = waiting.popleft()
            submission = load(source)
            kept = folder.read(submission.name)
            if not fresh and kept is not None and still_valid(kept, submission, run, workers.tiers):
                result = in_language(kept, run.language)
                if result != kept:
                    folder.write(result)
                yield result
                continue
            try:
                under_way[workers.submit(submission)] = (source, submission)
            except BrokenProcessPool:  # since the last one was done
                lost = True
                waiting.appendleft(source)
        done, _ = wait(under_way, return_when=FIRST_COMPLETED)
        for future in done:
            source, submission = under_way.pop(future)
            try:
                result = with_fingerprint(workers.result(future))
            except Stopped:
                raise
            except Exception as fault:  # noqa: BLE001 - whatever fails in the grader, the others are graded
                lost = lost or isinstance(fault, (BrokenProcessPool, SandboxFault))
                attempts[source.name] += 1
                if attempts[source.name] < ATTEMPTS:
                    waiting.append(source)
                    continue
                result = failed(submission, run, fault, "/".join(workers.tiers))
            folder.write(result)
            yield result


def failed(submission: Submission, run: Run, fault: Exception, tier: str) -> Result:
    """The record of a submission that the grader itself could not grade: no score, never 0."""
    return Result(
        submission=submission.name,
        score=None,
        max_score=run.settings.max_score,
        status="failed",
        dataset=run.dataset,
        device=run.device,
        seed=run.seed,
        seconds=0.0,
        notes=(
            *submission.notes,
            Message("grade.fault", {"fault": f"{type(fault).__name__}: {fault}"[:500]}),
        ),
        digest=submission.digest,
        isolation=tier,
        versions={"autograder": __version__},
    )


def with_fingerprint(result: Result) -> Result:
    """The result with the fingerprint of the kit that found it."""
    return replace(result, versions={**result.versions, "checks": fingerprint()})


@contextmanager
def _here(run: Run, jobs: int, allow_weak: bool) -> Iterator[Workers]:
    """Workers on this machine, forked from one server that has imported the checks once, and their warm parent."""
    _start_server()
    warm_parent = WarmParent.launch(isolation.at_most())
    try:
        isolation.check(warm_parent, allow_weak)
        executor = ProcessPoolExecutor(jobs, CONTEXT, _begin, (warm_parent, run))
        try:
            yield _Here(executor, jobs, (warm_parent.tier,))
        finally:
            executor.shutdown(wait=False, cancel_futures=True)
            for process in multiprocessing.active_children():
                process.terminate()
    finally:
        warm_parent.close()


@dataclass(frozen=True)
class _Here:
    executor: ProcessPoolExecutor
    jobs: int
    tiers: tuple[str, ...]

    def room(self) -> int:
        return self.jobs

    def submit(self, submission: Submission) -> Future[Result]:
        return self.executor.submit(_grade, submission)

    def result(self, future: Future[Result]) -> Result:
        return future.result()


_mine: tuple[WarmParent, Run] | None = None


def _begin(warm_parent: WarmParent, run: Run) -> None:
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
    """A pool's workers would wait for ever, and hold the warm parent, if the main process were killed."""
    main = multiprocessing.parent_process()
    if main is not None:
        main.join()
        os._exit(1)


def _grade(submission: Submission) -> Result:
    from autograder.grading import grade

    assert _mine is not None
    warm_parent, run = _mine
    return grade(submission, run, warm_parent)
