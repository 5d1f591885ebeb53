"""Grade a submission again the way its result says it was graded, and compare the two."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from autograder import classroom, isolation, kit
from autograder.homework import homework
from autograder.intake import Source, find, load
from autograder.messages import Message, Refusal
from autograder.results import Check, Result, number


@dataclass(frozen=True)
class Pair:
    """One check as it was recorded and as it is now; None if that kit does not have it."""

    id: str
    recorded: Check | None
    now: Check | None

    @property
    def same(self) -> bool:
        """Whether both have the check, with the same outcome and the same points."""
        if self.recorded is None or self.now is None:
            return False
        return (self.recorded.outcome, self.recorded.points) == (self.now.outcome, self.now.points)


@dataclass(frozen=True)
class Comparison:
    """A result and what the same submission gets now."""

    recorded: Result
    now: Result

    @property
    def pairs(self) -> list[Pair]:
        """Every check that either result has, in the order of ``now``."""
        recorded = {check.id: check for check in self.recorded.checks}
        now = {check.id: check for check in self.now.checks}
        return [Pair(name, recorded.get(name), now.get(name)) for name in {**now, **recorded}]

    @property
    def same(self) -> bool:
        """Whether the very same files get the same status, and in each check the same outcome and points."""
        unchanged = (self.recorded.digest, self.recorded.status) == (self.now.digest, self.now.status)
        return unchanged and all(pair.same for pair in self.pairs)

    @property
    def verdict(self) -> Message:
        """The one line that says whether the result was reproduced."""
        pairs = self.pairs
        differing = sum(not pair.same for pair in pairs)
        scores = {"recorded": number(self.recorded.score) or "-", "now": number(self.now.score)}
        values = {"count": differing, "total": len(pairs), **scores}
        return Message("reproduce.same" if self.same else "reproduce.differs", values)

    @property
    def circumstances(self) -> list[Message]:
        """What has changed: the files, the kit, the libraries, the isolation."""
        recorded, now = self.recorded, self.now
        found = []
        if recorded.digest != now.digest:
            found.append(Message("reproduce.other_file", {"recorded": recorded.digest, "now": now.digest}))
        for name in sorted({*recorded.versions, *now.versions}):
            values = {"recorded": recorded.versions.get(name, "-"), "now": now.versions.get(name, "-")}
            if values["recorded"] == values["now"]:
                continue
            if name == "checks":
                found.append(Message("reproduce.other_kit", values))
            else:
                found.append(Message("reproduce.other_version", {"name": name, **values}))
        if recorded.isolation != now.isolation:
            values = {
                "recorded": recorded.isolation or "-",
                "now": now.isolation,
                "switch": isolation.SWITCH,
            }
            found.append(Message("reproduce.other_isolation", values))
        return found


def read(path: Path) -> Result:
    """The result in a file. Raises Refusal if it holds none from which a submission could be graded again."""
    with suppress(OSError, ValueError, RecursionError):
        result = Result.from_json(path.read_text(encoding="utf-8"))
        known = homework().dataset(result.dataset) == result.dataset
        if known and type(result.seed) is int and result.seed >= 0:
            return result
    raise Refusal(Message("reproduce.no_result", {"path": str(path)}))


def source(path: Path, result: Result) -> Source:
    """The submission at ``path``: in a class, the one with the result's name, else all that is there.

    Raises Refusal if nothing there could ever be graded.
    """
    with suppress(Refusal):
        for each in find(path):
            if each.name == result.submission:
                return each
    try:
        whole = Source(result.submission, path.resolve(strict=True))
        found = load(whole)
    except (OSError, RuntimeError):  # RuntimeError: a loop of links, before Python 3.13
        raise Refusal(Message("intake.no_path", {"path": str(path)})) from None
    if not found.files and found.digest != result.digest:
        raise Refusal(Message("reproduce.no_submission", {"path": str(path)}))
    return whole


def again(recorded: Result, handed_in: Source, data_root: Path | None, allow_weak: bool) -> Comparison:
    """Grade with the recorded seed, data and device, and compare.

    The short run is held to the loss that the result quotes. Raises what classroom.grade_class raises.
    """
    with tempfile.TemporaryDirectory(prefix="autograder-reproduce-") as out:
        asked = classroom.Asked(
            sources=[handed_in],
            out=Path(out),
            dataset=recorded.dataset,
            data_root=data_root,
            device=recorded.device,
            seed=recorded.seed,
            jobs=1,
            allow_weak=allow_weak,
            pages=False,
        )
        (now,) = classroom.grade_class(asked).results
    band = kit.optional("checks.band")
    held = band.held(now, band.centre_of(recorded), asked.language) if band else now
    return Comparison(recorded, held)
