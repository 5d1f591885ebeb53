"""Grade all mutants as one class, just like a real class, and find what each of them lost."""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.audit import hand_in
from autograder.homework import homework
from autograder.intake import find
from autograder.outfolder import Folder
from autograder.results import Check, Result
from autograder.run import Run
from tests.engine import grade_each

from .mutants import Mutant, equivalent, solution

UNCHANGED = "solution"


@dataclass(frozen=True)
class Verdict:
    """The outcome of one mutant: the checks in which it lost points."""

    mutant: Mutant
    lost: tuple[Check, ...]

    @property
    def is_equivalent(self) -> bool:
        return self.mutant.key in equivalent()

    @property
    def caught(self) -> bool:
        return bool(self.lost) and not self.is_equivalent

    @property
    def survived(self) -> bool:
        return not self.lost and not self.is_equivalent

    @property
    def false_alarm(self) -> bool:
        """Whether an equivalent mutant lost points: it is right, and right code must lose nothing."""
        return bool(self.lost) and self.is_equivalent

    @property
    def raised(self) -> bool:
        """Whether no comparison caught it, but an exception, a limit or a crash."""
        return self.caught and all(check.outcome != "failed" for check in self.lost)

    @property
    def short_run_only(self) -> bool:
        return self.caught and {check.id for check in self.lost} == {homework().whole}

    @property
    def elsewhere(self) -> tuple[str, ...]:
        """Checks of other parts that cost points, except the short run, which may."""
        own = homework().part_of(self.mutant.file)
        return tuple(check.id for check in self.lost if check.part != own and check.id != homework().whole)


def verdicts(chosen: Iterable[Mutant], run: Run, jobs: int) -> Generator[Verdict, None, None]:
    """Grade the mutants in a temporary folder. Raises ValueError if the grader itself fails."""
    by_name = {mutant.name: mutant for mutant in chosen}
    with tempfile.TemporaryDirectory(prefix="vae-mutants-") as folder:
        submissions = Path(folder, "submissions")
        mutated = {name: {**solution(), mutant.file: mutant.source} for name, mutant in by_name.items()}
        hand_in({UNCHANGED: solution(), **mutated}, submissions)
        sources = find(submissions)
        out = Folder.of(Path(folder, "out"), sources)
        for result in grade_each(sources, out, run, jobs, fresh=True):
            lost = lost_checks(result)
            if result.submission != UNCHANGED:
                yield Verdict(by_name[result.submission], lost)
            elif lost:
                raise ValueError(f"the solution itself loses points: {', '.join(check.id for check in lost)}")


def lost_checks(result: Result) -> tuple[Check, ...]:
    if result.score is None:
        raise ValueError(f"no result for {result.submission}: {[note.text('en') for note in result.notes]}")
    return tuple(check for check in result.checks if check.points < check.max_points)
