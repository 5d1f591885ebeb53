"""Grade many submissions into the files in OUT: the steps of a whole run, in order.

Each result is a file, written as soon as it is believed; after an interruption, the next run reuses those that fit.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, closing, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from autograder import gradebook, machine, workers
from autograder.files import new_history, write_atomically
from autograder.gradebook import identical, overrides
from autograder.gradebook.adjust import Adjuster
from autograder.homework import Homework, homework
from autograder.intake import Source, load, passed_over
from autograder.messages import Message, Refusal
from autograder.outfolder import Change, Folder, changed_scores, run_seed, sole_use
from autograder.results import Result
from autograder.rounds import Grading
from autograder.run import Run
from autograder.workers import CORES, Stopped, Workers

IDENTICAL = "identical.csv"


@dataclass(frozen=True)
class Asked:
    """The options of a whole run; most have the names that `autograder grade --help` uses.

    ``only``: the names to grade, None for all; ``sources`` is always the whole class. ``passed_over`` says what in the
    download was not taken for a submission. ``pages``: whether to write grades.csv and the other files for people.
    """

    sources: Sequence[Source]
    out: Path
    passed_over: Sequence[Message] = ()
    only: Collection[str] | None = None
    dataset: str = field(default_factory=lambda: homework().dataset(""))
    data_root: Path | None = None
    device: str = "cpu"
    language: str = "en"
    seed: int | None = None
    jobs: int = CORES
    overrides: Path | None = None
    only_changed: bool = False
    fresh: bool = False
    allow_weak: bool = False
    cluster: str | None = None
    homework: Homework = field(default_factory=lambda: homework())
    pages: bool = True


@dataclass(frozen=True)
class Done:
    """The outcome of a whole run. ``results`` are this run's, ``alike`` counts the rows of identical.csv.

    ``remarks`` say which isolation was used and which workers were left out.
    """

    folder: Folder
    results: list[Result]
    seed: int
    jobs: int
    changes: list[Change]
    alike: int
    overrides: int
    remarks: list[Message]

    @property
    def failed(self) -> int:
        return sum(result.status == "failed" for result in self.results)


def grade_class(asked: Asked, tell: Callable[[Result], None] = lambda result: None) -> Done:
    """Grade a class into OUT: lock the folder, find or draw the seed, grade, write the summary.

    ``tell`` gets each result as soon as it is there. Raises Refusal for what can't be done, TooWeak if there is no
    isolation, Stopped if a cluster can't do it, Unfit if the machine is at fault, SandboxFault if no warm parent
    starts, and KeyboardInterrupt; what was graded until then is kept.
    """
    machine.check_limits(asked.homework.limits(short_run=True))
    adjuster = _adjuster(asked)
    history = _history(asked) if asked.only_changed else None
    folder = Folder.of(asked.out, asked.sources, adjuster, history)
    wanted = [source for source in asked.sources if asked.only is None or source.name in asked.only]
    with sole_use(asked.out):
        if asked.pages:
            passed_over.write(asked.out, asked.passed_over)  # first: the pages show it
        seed = run_seed(asked.out, asked.seed, asked.fresh)
        run = Run(asked.homework, asked.dataset, asked.data_root, asked.device, seed, asked.language)
        jobs = asked.jobs
        if asked.cluster is None:
            jobs = machine.jobs_that_fit(jobs, asked.homework.memory_mb)
        grading = Grading(deque(wanted), folder, run, partial(_workers, asked, run, jobs), asked.fresh)
        graded = set()
        try:
            with closing(grading.results()) as results:
                for result in results:
                    graded.add(result.submission)
                    tell(result)
        except KeyboardInterrupt:
            if asked.pages:
                with suppress(OSError):
                    folder.write_grades()  # nobody waits for pages after Ctrl-C
            raise
        except Stopped:
            if asked.pages:
                folder.write_summary(asked.language)
            raise
        everything = folder.write_summary(asked.language) if asked.pages else folder.read_all()
        now = [result for result in everything if result.submission in graded]
        changes = changed_scores(folder, now)
        alike = 0
        if asked.pages:
            gradebook.write_roster(asked.out, asked.sources, folder.names)
            alike = _list_identical(asked)
    given = len(adjuster.overrides)
    return Done(folder, now, seed, jobs, changes, alike, given, grading.remarks)


def _workers(asked: Asked, run: Run, jobs: int) -> AbstractContextManager[Workers]:
    if asked.cluster is None:
        return workers.local(run, jobs, asked.allow_weak)
    from autograder import cluster

    return cluster.connect(asked.cluster, run, jobs, asked.allow_weak)


def _adjuster(asked: Asked) -> Adjuster:
    """The adjuster of points after grading. Raises Refusal before anything is graded."""
    path = asked.overrides
    if path is None and (asked.out / overrides.NAME).exists():
        path = asked.out / overrides.NAME
    # An owner's id in a clone's name is a guess that only a gradebook can confirm (gradebook.fill).
    students = {
        source.name: source.origin.ids if source.origin.lms != "github" else () for source in asked.sources
    }
    read = tuple(overrides.read(path, students)) if path is not None else ()
    return Adjuster(asked.homework, {source.name: source.origin for source in asked.sources}, read)


def _history(asked: Asked) -> Path:
    if asked.fresh:
        raise Refusal(Message("cli.fresh_changed"))
    if not any((asked.out / "results").glob("*.json")):
        raise Refusal(Message("cli.nothing_before", {"out": str(asked.out)}))
    return new_history(asked.out)


def _list_identical(asked: Asked) -> int:
    """Write identical.csv, or remove it if there is nothing to list; returns its number of rows."""
    seen = identical.Fingerprints()
    for source in asked.sources:
        with suppress(OSError):
            seen.add(load(source))
    alike = seen.alike()
    if alike:
        write_atomically(asked.out / IDENTICAL, identical.to_csv(alike))
    else:
        (asked.out / IDENTICAL).unlink(missing_ok=True)
    return len(alike)
