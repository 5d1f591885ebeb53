"""The desk's side of a worker: start it, ask it, give it up if it does not answer."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from vae.desk import failure_in_run, failure_in_text
from vae.desk.failure import STUB, Failure
from vae.desk.tasks import BY_ID, HANDOUT, Task, of_checks

PYTEST_ENDED = (0, 1, 2)  # all passed, some failed, stopped after the first task that failed
CPU_SECONDS = 5  # for one check, or to load one file; most checks take a tenth of a second
PATIENCE = 60  # seconds without a record: for code that sleeps, and where CPU time has no limit
SETTINGS = {
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # plugins that the student has installed cost time and may interfere
    "TORCHINDUCTOR_COMPILE_THREADS": "1",  # the pool of torch.compile does not survive a fork
}
POSIX = os.name == "posix"


@dataclass
class Outcome:
    """How the checks of one task went. `failure` is that of the first failed check, None if all passed."""

    task: Task
    passed: int = 0
    red: int = 0
    total: int = 0
    failure: Failure | None = None

    @property
    def done(self) -> bool:
        return self.failure is None and 0 < self.total == self.passed

    @property
    def complete(self) -> bool:
        """Whether all checks of the task have run."""
        return self.passed + self.red == self.total if self.total else self.failure is not None

    @property
    def begun(self) -> bool:
        return self.failure is None or self.failure.kind != STUB


@dataclass
class CheckRun:
    """A run of checks in progress: the outcomes so far, and whether it has ended.

    A task that hangs or ends the process is ``lost``, and the tasks after it are ``asked`` again.
    """

    tasks: list[Task]
    stop: bool = False
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    asked: list[Task] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    collecting: str = ""
    ended: bool = False
    deadline: float = field(default_factory=lambda: time.monotonic() + PATIENCE)

    def take(self, record: dict[str, Any]) -> None:
        """Record one line from the worker."""
        failure = Failure.from_dict(record["failure"]) if record.get("failure") else None
        for task, total in record.get("collected", {}).items():
            self._of(task).total = total
            self.collecting = ""
        self.collecting = record.get("collecting", self.collecting)
        if "task" in record:
            outcome = self._of(record["task"])
            outcome.passed += record["passed"]
            outcome.red += not record["passed"]
            outcome.failure = outcome.failure or failure
        for task in of_checks(record.get("unloaded", "")):
            if task in self.tasks:
                self._of(task.id).failure = failure or failure_in_run.unknown(task, "")
        if "broken" in record:
            broken = Failure.from_dict(record["broken"])
            self.give_up(lambda task: broken)
            self.ended = True

    @property
    def interrupted(self) -> bool:
        """Whether pytest ended before its time, though no check had failed: student code interrupted it."""
        outcomes = [self._of(task.id) for task in self.asked]
        return not any(each.failure for each in outcomes) and not all(each.complete for each in outcomes)

    def give_up(self, failure: Callable[[Task], Failure]) -> None:
        """End the run of what was asked: the task that was running gets this failure, or all of the file being loaded."""
        for task in self.running:
            outcome = self._of(task.id)
            outcome.failure = outcome.failure or failure(task)
            self.lost.add(task.id)
        self.ended = self.stop or not self.waiting

    @property
    def waiting(self) -> list[Task]:
        """The tasks whose checks have not all run."""
        return [task for task in self.tasks if not self._of(task.id).complete and task.id not in self.lost]

    @property
    def running(self) -> list[Task]:
        """The task whose checks are running; while a file is being loaded, its tasks."""
        loading = [task for task in of_checks(self.collecting) if task in self.waiting]
        return loading if self.collecting and loading else (self.waiting or self.tasks[-1:])[:1]

    def _of(self, task: str) -> Outcome:
        return self.outcomes.setdefault(task, Outcome(BY_ID[task]))


class Worker:
    """A process that runs checks. Use it as a context manager, so that none is left behind.

    Args:
        warm: before the first run, load all of torch that checks may need, so that answers come at once.
    """

    def __init__(self, warm: bool = False):
        self.warm = warm
        self.forks = True
        self._start()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def begin(self, tasks: Iterable[Task], stop: bool = False) -> CheckRun:
        """Start the checks of these tasks; `poll` gets the answers.

        A problem that shows in the text of a file is answered without running the task. With `stop`, only the tasks
        before the first such problem are run.
        """
        run = CheckRun(list(tasks), stop)
        to_run = []
        for task in run.tasks:
            problem = failure_in_text.problem(task)
            if problem:
                run.outcomes[task.id] = Outcome(task, failure=problem)
                if stop:
                    break
            else:
                to_run.append(task)
        if to_run:
            self._ask(run, to_run)
        else:
            run.ended = True
        return run

    def _ask(self, run: CheckRun, tasks: list[Task]) -> None:
        if not self.forks and self.used:
            self.restart()
        self.used = True
        self.child = None
        run.asked, run.collecting = tasks, ""
        run.deadline = time.monotonic() + PATIENCE
        with contextlib.suppress(OSError):  # the process has died already; poll reports it
            request = {"tasks": [task.id for task in tasks], "stop": run.stop, "cpu_seconds": CPU_SECONDS}
            print(json.dumps(request), file=self.process.stdin, flush=True)

    def poll(self, run: CheckRun, seconds: float) -> bool:
        """Take answers for at most this long; True once the run has ended."""
        until = time.monotonic() + seconds
        while not run.ended:
            try:
                record = self.answers.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                if time.monotonic() > run.deadline:
                    self._lose(run, lambda task: failure_in_run.endless(task, PATIENCE), restart=True)
                break
            if record is None:
                self._lose(run, self._ended(self._signal()), restart=True)
            elif "ready" in record:
                self.forks = record["forks"]
                run.deadline = time.monotonic() + PATIENCE  # loading torch does not count
            elif "child" in record:
                self.child = record["child"]
            else:
                run.take(record)
                run.deadline = time.monotonic() + PATIENCE
                if "done" in record:
                    self._done(run, record["done"])
        if run.ended and self.warm and not self.forks and self.used:
            self.restart()  # ahead of the next run
        return run.ended

    def _done(self, run: CheckRun, status: int) -> None:
        """End the run, or ask again for what a task kept from being checked. ``status``: pytest's, or below 0 a signal."""
        if status < 0:
            self._lose(run, self._ended(-status))
        elif run.interrupted:
            self._lose(run, lambda task: failure_in_run.died(task, ""))
        elif status not in PYTEST_ENDED:
            self._lose(run, lambda task: failure_in_run.unknown(task, f"pytest: {status}"))
        else:
            run.ended = True

    def _signal(self) -> int:
        """The signal that ended the worker; 0 if none did. Student code may close its output and live on."""
        try:
            return max(0, -self.process.wait(timeout=5))
        except subprocess.TimeoutExpired:
            return 0

    def _ended(self, signal_number: int) -> Callable[[Task], Failure]:
        """What to say about a task that ended the process, by the signal that did it."""
        if POSIX and signal_number == signal.SIGXCPU:
            return lambda task: failure_in_run.endless(task, CPU_SECONDS)
        words = self._last_words()
        return lambda task: failure_in_run.died(task, words)

    def _lose(self, run: CheckRun, failure: Callable[[Task], Failure], restart: bool = False) -> None:
        """Give up the task that was running, and ask for the others again."""
        run.give_up(failure)
        if restart:
            self.restart()
        if not run.ended:
            self._ask(run, run.waiting)

    def check(self, tasks: Iterable[Task], stop: bool = False) -> list[Outcome]:
        """Run the checks of these tasks and wait. Returns their outcomes, in the tasks' order."""
        run = self.begin(tasks, stop)
        while not self.poll(run, 0.5):
            pass
        return [run.outcomes[task.id] for task in run.tasks if task.id in run.outcomes]

    def cancel(self, run: CheckRun) -> None:
        """End a run whose answer is no longer wanted; if processes can be forked, the next one starts at once."""
        while not run.ended:
            if not self.forks:
                self.restart()
                break
            if self.child:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.child, signal.SIGKILL)
            record = self.answers.get()
            if record is None:
                self.restart()
                break
            self.child = record.get("child", self.child)
            run.ended = "done" in record
        run.ended = True

    def restart(self) -> None:
        """Give up this process and start another."""
        self._end()
        self._start()

    def _start(self) -> None:
        self.used = False
        self.child: int | None = None
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed in _end
        command = [sys.executable, "-m", "vae.desk.worker", *(["--warm"] if self.warm else [])]
        self.process = subprocess.Popen(
            command,
            cwd=HANDOUT,
            env={**os.environ, **SETTINGS},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            encoding="utf-8",
            start_new_session=POSIX,  # so that it can be ended with its children
        )
        self.answers: queue.Queue[dict[str, Any] | None] = queue.Queue()
        threading.Thread(target=_read, args=(self.process.stdout, self.answers), daemon=True).start()

    def _end(self) -> None:
        with contextlib.suppress(OSError):
            if POSIX:
                os.killpg(self.process.pid, signal.SIGKILL)
            else:
                self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.errors):
            with contextlib.suppress(OSError):
                pipe.close()

    def _last_words(self) -> str:
        self.errors.seek(0)
        return self.errors.read().decode("utf-8", "replace").strip().rpartition("\n")[2][:300]


def _read(stream: Iterable[str], answers: queue.Queue) -> None:
    """Pass on a worker's lines, then None."""
    with contextlib.suppress(ValueError, OSError):  # closed while reading
        for line in stream:
            answers.put(json.loads(line))
    answers.put(None)
