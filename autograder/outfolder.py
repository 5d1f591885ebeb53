"""The layout of OUT: where each result is, which one can be kept, who may write, and what a run leaves there."""

from __future__ import annotations

import fcntl
import json
import math
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autograder import kit
from autograder.files import PART, inert, new_csv, safe_name, write_atomically
from autograder.fingerprint import fingerprint
from autograder.gradebook.adjust import Adjuster
from autograder.intake import Source, Submission
from autograder.messages import Message, Refusal, words
from autograder.report import INSTRUCTORS, PICTURES, write_reports
from autograder.results import Check, Result, Verdict, number, to_csv
from autograder.run import Run

RUN = "run.json"
CHANGES = "changes.csv"


@dataclass(frozen=True)
class Folder:
    """The folder OUT: where each source's result is, and what adjusts its points.

    ``names``: for each source's name, that of its files. ``history``: where replaced results are kept, if given.
    """

    out: Path
    names: dict[str, str]
    adjuster: Adjuster | None = None
    history: Path | None = None

    @classmethod
    def of(
        cls,
        out: Path,
        sources: Iterable[Source],
        adjuster: Adjuster | None = None,
        history: Path | None = None,
    ) -> Folder:
        names: dict[str, str] = {}
        for source in sources:
            names[source.name] = safe_name(source.name, set(names.values()))
        return cls(out, names, adjuster, history)

    def read(self, name: str) -> Result | None:
        """The result that OUT already holds, or None."""
        return _read(self._path(name))

    def before(self, name: str) -> Result | None:
        """The result that this run has replaced, or None."""
        return _read(self.history / "results" / self._path(name).name) if self.history else None

    def write(self, result: Result, keep_old: bool = True) -> None:
        path = self._path(result.submission)
        if keep_old and self.history is not None:
            self._keep(path)
        write_atomically(path, result.to_json().encode())

    def keep(self, graded: Result) -> Result:
        """Write what has just been graded. Pictures come first, so that a result that is there is complete.

        Returns the result without its pictures, so that those of a whole class are never in memory.
        """
        own = self.out / PICTURES / f"{self.names[graded.submission]}.safetensors"
        if graded.pictures:
            write_atomically(own, graded.pictures)
        else:
            own.unlink(missing_ok=True)
        result = replace(graded, pictures=b"")
        self.write(result)
        return result

    def keep_instructors(self, drawn: bytes) -> None:
        """Write the pictures of the instructor's model, for comparison, unless they are already there."""
        path = self.out / INSTRUCTORS
        if drawn and not (path.is_file() and path.read_bytes() == drawn):
            write_atomically(path, drawn)

    def read_all(self) -> list[Result]:
        """All results in OUT for this class, with the adjustments of this run, sorted by name."""
        found = [(name, self._adjusted(name)) for name in sorted(self.names)]
        return [result for name, result in found if result is not None and result.submission == name]

    def write_grades(self) -> list[Result]:
        """Write grades.csv from all results in OUT, adjusted; returns these results."""
        results = self.read_all()
        write_atomically(self.out / "grades.csv", to_csv(results))
        return results

    def write_summary(self, language: str) -> list[Result]:
        """Write grades.csv and the pages from all results in OUT, adjusted; returns these results."""
        results = self.write_grades()
        write_reports(self.out, results, language, self.names)
        return results

    def _keep(self, path: Path) -> None:
        """Copy a result that is about to be replaced into the history; the first time, copy grades.csv too."""
        assert self.history is not None
        for old, kept in ((path, self.history / "results"), (self.out / "grades.csv", self.history)):
            with suppress(FileNotFoundError):
                if not (kept / old.name).exists():
                    write_atomically(kept / old.name, old.read_bytes())

    def _adjusted(self, name: str) -> Result | None:
        """The result with the adjustments of this run, which are also written to its file."""
        result = self.read(name)
        if result is None or self.adjuster is None:
            return result
        adjusted = self.adjuster(result)
        if adjusted != result:
            write_atomically(self._path(name), adjusted.to_json().encode())
        return adjusted

    def _path(self, name: str) -> Path:
        return self.out / "results" / f"{self.names[name]}.json"


def _read(path: Path) -> Result | None:
    with suppress(OSError, ValueError):
        return Result.from_json(path.read_text(encoding="utf-8"))
    return None


@dataclass(frozen=True)
class Change:
    """The score of a submission before and after it was graded again; None if the grader failed."""

    submission: str
    before: float | None
    after: float | None

    @property
    def differs(self) -> bool:
        return self.before != self.after


def changed_scores(folder: Folder, results: Iterable[Result]) -> list[Change]:
    """The scores of results that replaced another in this run; also written to the history."""
    found = [
        Change(result.submission, before.final, result.final)
        for result in sorted(results, key=lambda result: result.submission)
        if (before := folder.before(result.submission)) is not None
    ]
    if found and folder.history is not None:
        rows = [(inert(each.submission), number(each.before), number(each.after)) for each in found]
        write_atomically(folder.history / CHANGES, new_csv([("submission", "before", "after"), *rows]))
    return found


class Busy(Refusal):
    """Another grader holds the folder."""


@contextmanager
def sole_use(out: Path) -> Iterator[None]:
    """Lock OUT for this process, and remove the files that a killed one was still writing.

    The lock ends with the process, however that ends. Raises Busy if another grader holds it.
    """
    handle = os.open(out, os.O_RDONLY)
    try:
        with suppress(OSError):  # not every file system has locks
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Busy(Message("cli.busy", {"out": str(out)})) from None
        for unfinished in out.rglob(PART):
            unfinished.unlink(missing_ok=True)
        yield
    finally:
        os.close(handle)


def fresh_seed() -> int:
    """A seed that JSON carries exactly, and that no submission has the time to guess."""
    return secrets.randbelow(2**53)


def run_seed(out: Path, asked: int | None, fresh: bool) -> int:
    """The run's one seed: the one asked for, else the one kept in OUT, else a fresh one; kept in OUT from then on."""
    kept = None if fresh else _kept_run(out).get("seed")
    before = kept if type(kept) is int and 0 <= kept < 2**63 else None
    seed = next(each for each in (asked, before, fresh_seed()) if each is not None)
    if seed != before:  # with the same seed, what is recorded beside it stays
        _keep_run(out, {"seed": seed})
    return seed


@dataclass
class Centre:
    """The centre of the short run's band, one per run: ``loss`` is what the first full control reached.

    The loss is kept in OUT/run.json; it is None until that control has passed.
    """

    out: Path
    run: Run
    loss: float | None

    @classmethod
    def of(cls, out: Path, run: Run) -> Centre:
        """The centre kept in OUT, if this run and this kit would reach the same loss; else one without a loss."""
        kept = _kept_run(out)
        centre = kept.get("centre")
        loss = centre.get("loss") if isinstance(centre, dict) else None
        fits = kept.get("seed") == run.seed and centre == _made_by(run, loss)
        return cls(out, run, loss if fits and type(loss) is float and math.isfinite(loss) else None)

    def agreed(self, verdict: Verdict) -> Verdict:
        """A control's verdict, with a fault if its loss differs from the run's. The first loss becomes the run's."""
        if not verdict.passed or verdict.loss is None:
            return verdict
        if self.loss is None:
            self.loss = verdict.loss
            _keep_run(self.out, {"seed": self.run.seed, "centre": _made_by(self.run, self.loss)})
        band = kit.module("checks.band")
        if abs(verdict.loss - self.loss) <= band.ROUNDING:
            return verdict
        values = {"now": band.quoted(verdict.loss), "before": band.quoted(self.loss), "most": band.ROUNDING}
        return replace(verdict, fault=Message("control.centre", values))


def _made_by(run: Run, loss: object) -> dict[str, object]:
    """A centre and all that it depends on, apart from the seed and the machine."""
    return {"loss": loss, "dataset": run.dataset, "device": run.device, "checks": fingerprint()}


def _kept_run(out: Path) -> dict[str, Any]:
    """The record in OUT/run.json; empty if it is missing or damaged."""
    with suppress(OSError, ValueError, RecursionError):
        kept = json.loads((out / RUN).read_text(encoding="utf-8"))
        return kept if isinstance(kept, dict) else {}
    return {}


def _keep_run(out: Path, record: dict[str, Any]) -> None:
    write_atomically(out / RUN, (json.dumps(record) + "\n").encode())


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
    """The result with its words in ``language``; all else is unchanged."""
    return replace(result, checks=tuple(_check_in(check, language) for check in result.checks))


def _check_in(check: Check, language: str) -> Check:
    """The check with its words in ``language``; one that does not fit the catalogue keeps the words that it has."""
    with suppress(LookupError, ValueError, TypeError, AttributeError):
        return replace(check, title=words(check.id, language, "titles"), message=check.text(language))
    return check


def with_fingerprint(result: Result) -> Result:
    """The result with this kit's fingerprint."""
    return replace(result, versions={**result.versions, "checks": fingerprint()})
