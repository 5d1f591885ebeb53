"""When submissions are graded and which results are trusted. The processes are made up and do as they are told."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from autograder import rounds, trust
from autograder.intake import Source, Submission, find, load
from autograder.machine import Unfit
from autograder.messages import Message
from autograder.outfolder import Centre, Folder, run_seed, with_fingerprint
from autograder.report import INSTRUCTORS, PICTURES
from autograder.results import Graded, Result, Verdict
from autograder.rounds import Grading
from autograder.run import Run
from autograder.sandbox.ends import SandboxFault
from autograder.vae.checks.band import ROUNDING, band
from autograder.workers import LeftOut, Stopped
from tests.engine import failed, ran

PASSED = Verdict()
FAILED = Verdict(Message("control.call", {"fault": "worn out"}))
FINE = "fine"
Outcome = Any  # FINE, Slow, changes to a Graded, or what is raised


@dataclass(frozen=True)
class Slow:
    """An outcome that arrives ``seconds`` later."""

    outcome: Outcome
    seconds: float = 0.3


def future_of(outcome: Outcome, made: Callable[[Outcome], Any]) -> Future[Any]:
    future: Future[Any] = Future()

    def end(outcome: Outcome) -> None:
        if isinstance(outcome, BaseException):
            future.set_exception(outcome)
        else:
            future.set_result(made(outcome))

    if isinstance(outcome, Slow):
        threading.Timer(outcome.seconds, end, (outcome.outcome,)).start()
    else:
        end(outcome)
    return future


@dataclass
class Stage:
    """One run's processes. A submission's ``outcomes`` come in turn, the last one repeatedly; without any it is FINE.

    The controls' ``verdicts`` come in turn, then ``verdict`` decides. ``log`` records what was asked of the
    processes; ``kept`` which results were written by each of these moments; ``busy`` which submissions were under way.
    """

    run: Run
    out: Path
    jobs: int = 2
    controlled: bool = False
    outcomes: dict[str, list[Outcome]] = field(default_factory=dict)
    verdicts: list[Outcome] = field(default_factory=list)
    verdict: Callable[[], Outcome] = lambda: PASSED
    log: list[str] = field(default_factory=list)
    kept: list[set[str]] = field(default_factory=list)
    busy: list[set[str]] = field(default_factory=list)
    modules: list[frozenset[str]] = field(default_factory=list)
    times: Counter[str] = field(default_factory=Counter)
    under_way: dict[str, Future[Any]] = field(default_factory=dict)
    grading: Grading | None = None

    def note(self, what: str) -> None:
        self.log.append(what)
        self.kept.append(self.written())
        self.busy.append({name for name, future in self.under_way.items() if not future.done()})

    def written(self) -> set[str]:
        return {path.stem for path in (self.out / "results").glob("[!.]*")}

    def of(self, place: Path, fresh: bool = False) -> Iterator[Result]:
        sources = find(place)
        folder = Folder.of(self.out, sources)
        self.grading = Grading(deque(sources), folder, self.run, self.opened, fresh)
        return self.grading.results()

    def grade(self, place: Path) -> dict[str, Result]:
        """The results by name. Each was yielded once, and was written as it was yielded."""
        results = list(self.of(place))
        found = {result.submission: result for result in results}
        assert len(found) == len(results) and set(found) == self.written()
        folder = self.grading.folder if self.grading else None
        assert folder is not None and all(folder.read(name) == result for name, result in found.items())
        return found

    @contextmanager
    def opened(self) -> Iterator[Made]:
        self.under_way.clear()
        self.note("open")
        yield Made(self)

    def since_opened(self) -> list[str]:
        return self.log[len(self.log) - self.log[::-1].index("open") :]

    def graded(self, submission: Submission, changes: Outcome) -> Graded:
        result = failed(submission, self.run, SandboxFault("x"), "namespaces")
        result = replace(result, status="graded", score=0.0, notes=())
        changes = {} if changes == FINE else dict(changes)
        own = {
            name: changes.pop(name) for name in ("score", "pictures", "status", "checks") if name in changes
        }
        return Graded(replace(result, **own), **changes)


@dataclass
class Made:
    """One set of processes."""

    stage: Stage
    tiers: tuple[str, ...] = ("namespaces",)

    @property
    def controlled(self) -> bool:
        return self.stage.controlled

    def room(self) -> int:
        return self.stage.jobs

    def submit(self, submission: Submission) -> Future[Graded]:
        name = submission.name
        self.stage.note(name)
        given = self.stage.outcomes.get(name, [FINE])
        outcome = given[min(self.stage.times[name], len(given) - 1)]
        self.stage.times[name] += 1
        if isinstance(outcome, KeyboardInterrupt) or outcome is BrokenProcessPool:
            raise outcome
        self.stage.under_way[name] = future_of(
            outcome, lambda changes: self.stage.graded(submission, changes)
        )
        return self.stage.under_way[name]

    def result(self, future: Future[Graded], centre: Centre) -> Graded:
        graded = future.result()
        if self.controlled and graded.control is not None:
            centre.agreed(graded.control)
        return graded

    def control(self, in_full: bool, modules: frozenset[str]) -> Future[Verdict]:
        self.stage.note("full" if in_full else "short")
        self.stage.modules.append(modules)
        verdict = self.stage.verdicts.pop(0) if self.stage.verdicts else self.stage.verdict()
        if verdict is BrokenProcessPool:
            raise verdict
        return future_of(verdict, lambda verdict: verdict)

    def end_grading(self) -> None:
        self.stage.note("end")

    def remarks(self) -> list[Message]:
        return [Message("isolation.reached", {"tier": "namespaces"})]


@pytest.fixture
def stage(run: Run, tmp_path: Path) -> Stage:
    return Stage(run, tmp_path / "out")


@pytest.fixture
def class_of(put_in: Callable[..., Path]) -> Callable[..., Path]:
    """``place = class_of("an", "bae")``: a class of these students."""
    return lambda *names: put_in({name: {"loss.py": f"x = {name!r}\n"} for name in names})


def statuses(results: dict[str, Result]) -> dict[str, str]:
    return {name: result.status for name, result in results.items()}


# --- between two controls --------------------------------------------------------------------------------


def test_a_result_is_written_only_after_a_control_that_was_begun_after_it(
    stage: Stage, class_of: Callable[..., Path]
) -> None:
    """The first control began beside the submission, so it proves nothing about what came later."""
    stage.grade(class_of("an"))
    assert stage.log == ["open", "full", "an", "short"]
    assert stage.kept == [set()] * 4


def test_a_result_waits_for_the_control_in_full_however_long_that_takes(
    stage: Stage, class_of: Callable[..., Path]
) -> None:
    stage.jobs, stage.verdicts = 1, [Slow(PASSED)]
    assert set(stage.grade(class_of("an", "bae", "choi"))) == {"an", "bae", "choi"}
    assert stage.log == ["open", "full", "an", "bae", "choi", "short"]
    assert stage.kept == [set()] * 6


def test_controls_in_short_come_while_grading_goes_on(
    stage: Stage, class_of: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trust, "CONTROL_SECONDS", (0.0, 0.0))
    stage.outcomes["bae"] = [Slow(FINE, 1.0)]
    results = stage.of(class_of("an", "bae"))
    assert next(results).submission == "an"
    assert stage.written() == {"an"} and not stage.under_way["bae"].done()
    assert [result.submission for result in results] == ["bae"]
    assert stage.log.count("full") == 1


def test_controls_come_the_more_rarely_the_longer_a_run_takes(
    stage: Stage, class_of: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trust, "CONTROL_SECONDS", (0.05, 0.2))
    stage.jobs = 1
    names = [f"kim-{number:02}" for number in range(12)]
    stage.outcomes = {name: [Slow(FINE, 0.05)] for name in names}
    assert len(stage.grade(class_of(*names))) == 12
    assert 2 <= stage.log.count("short") <= 7


def test_where_nothing_has_to_be_graded_there_is_no_control(
    stage: Stage, class_of: Callable[..., Path]
) -> None:
    place = class_of("an", "bae")
    first = stage.grade(place)
    stage.log.clear()
    assert stage.grade(place) == first
    assert stage.log == ["open"]


def test_processes_that_make_their_own_controls_are_believed_at_once(
    stage: Stage, class_of: Callable[..., Path]
) -> None:
    stage.controlled = True
    stage.outcomes["an"] = [{"control": Verdict(None, b"drawn there")}]
    assert set(stage.grade(class_of("an", "bae"))) == {"an", "bae"}
    assert stage.log == ["open", "an", "bae"]
    assert (stage.out / INSTRUCTORS).read_bytes() == b"drawn there"


def test_the_instructors_pictures_are_the_controls(stage: Stage, class_of: Callable[..., Path]) -> None:
    stage.verdicts = [Verdict(None, b"drawn here"), PASSED]
    stage.outcomes["an"] = [{"pictures": b"drawn by an"}]
    stage.grade(class_of("an"))
    assert (stage.out / INSTRUCTORS).read_bytes() == b"drawn here"
    assert (stage.out / PICTURES / "an.safetensors").read_bytes() == b"drawn by an"


def test_no_more_are_under_way_than_there_is_room_for(stage: Stage, class_of: Callable[..., Path]) -> None:
    names = [f"kim-{number}" for number in range(6)]
    stage.outcomes = {name: [Slow(FINE, 0.05)] for name in names}
    stage.grade(class_of(*names))
    assert max(map(len, stage.busy)) == 1, "beside the one that is begun then"


# --- the centre of the short run -------------------------------------------------------------------------


def trained(reached: float) -> Outcome:
    return {"checks": (ran(f"{reached:.6g}"),), "score": 10.0}


def told(results: dict[str, Result]) -> dict[str, tuple[float | None, str, str]]:
    """Each result's score, message id and quoted centre."""
    return {
        name: (result.score, result.checks[0].message_id, result.checks[0].values["centre"])
        for name, result in results.items()
    }


CENTRE = band("digits").mean - 4  # here the committed band reaches higher
TOO_MUCH = CENTRE + band("digits").width + 1


def test_the_short_run_is_held_to_the_first_controls_loss(
    stage: Stage, class_of: Callable[..., Path]
) -> None:
    """The control ends last; what was graded beside it is judged only then."""
    assert band("digits").high > TOO_MUCH
    stage.verdicts = [Slow(Verdict(loss=CENTRE)), PASSED]
    stage.outcomes = {"an": [trained(CENTRE + 1)], "bae": [trained(TOO_MUCH)]}
    found = told(stage.grade(class_of("an", "bae")))
    quoted = f"{CENTRE:.6g}"
    assert found == {"an": (10, "short_run.near", quoted), "bae": (0, "short_run.above", quoted)}


def test_a_run_that_continues_keeps_its_centre(stage: Stage, class_of: Callable[..., Path]) -> None:
    run_seed(stage.out, stage.run.seed, fresh=False)
    stage.outcomes = {name: [trained(CENTRE)] for name in ("an", "bae")}
    stage.verdicts = [Verdict(loss=CENTRE), PASSED]
    first = told(stage.grade(class_of("an")))
    stage.verdicts = [Verdict(loss=CENTRE + ROUNDING / 2), PASSED]
    both = told(stage.grade(class_of("an", "bae")))
    assert both == {**first, "bae": (10, "short_run.near", f"{CENTRE:.6g}")}


def test_where_a_later_control_reaches_something_else_the_machine_is_at_fault(
    stage: Stage, class_of: Callable[..., Path]
) -> None:
    run_seed(stage.out, stage.run.seed, fresh=False)
    stage.verdicts = [Verdict(loss=CENTRE), PASSED]
    stage.grade(class_of("an"))
    stage.verdict = lambda: Verdict(loss=CENTRE + 2 * ROUNDING)
    with pytest.raises(Unfit, match=r"control\.centre"):
        stage.grade(class_of("an", "bae"))
    assert stage.since_opened() == ["full"], "made alone, with nothing beside it"
    assert stage.written() == {"an"}


def test_a_control_that_reached_something_else_beside_submissions_is_made_again_alone(
    stage: Stage, class_of: Callable[..., Path]
) -> None:
    run_seed(stage.out, stage.run.seed, fresh=False)
    stage.verdicts = [Verdict(loss=CENTRE), PASSED]
    stage.grade(class_of("an"))
    stage.verdicts = [Verdict(loss=CENTRE + 2 * ROUNDING), Verdict(loss=CENTRE)]
    assert set(stage.grade(class_of("an", "bae"))) == {"an", "bae"}


def test_processes_that_make_their_own_controls_tell_the_centre_too(
    stage: Stage, class_of: Callable[..., Path]
) -> None:
    stage.controlled, stage.jobs = True, 1
    stage.outcomes = {
        "an": [{**trained(TOO_MUCH), "control": Verdict(loss=CENTRE)}],
        "bae": [{**trained(CENTRE), "control": Verdict(loss=CENTRE)}],
    }
    found = told(stage.grade(class_of("an", "bae")))
    assert {name: score for name, (score, _, _) in found.items()} == {"an": 0, "bae": 10}


# --- a control that fails --------------------------------------------------------------------------------


def alone(stage: Stage, name: str) -> bool:
    """Whether a submission's last grading had nothing beside it, and a control before and after it."""
    at = len(stage.log) - 1 - stage.log[::-1].index(name)
    nobody = not stage.busy[at] and not stage.busy[at + 1] - {name}
    return nobody and stage.log[at + 1] == "short" and stage.log[at - 1] in ("full", "short")


def test_a_control_that_fails_beside_others_proves_nothing(
    stage: Stage, class_of: Callable[..., Path]
) -> None:
    """What is under way ends. New processes run the control alone, then grade what was under way one at a time."""
    stage.verdicts = [FAILED]
    stage.outcomes["bae"] = [Slow({"score": 1.0}), {"score": 2.0}]
    results = stage.grade(class_of("an", "bae"))
    assert statuses(results) == {"an": "graded", "bae": "graded"}
    assert results["bae"].score == 2.0, "what came beside a control that failed counts for nothing"
    assert stage.log == ["open", "full", "an", "bae", "open", "full", "an", "short", "bae", "short"]
    assert stage.busy[4] == set(), "what was under way had ended before the new processes"
    assert alone(stage, "an") and alone(stage, "bae")


def test_a_control_in_short_that_fails_takes_back_only_what_came_since_the_one_before(
    stage: Stage, class_of: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trust, "CONTROL_SECONDS", (0.0, 0.0))
    stage.jobs = 1
    stage.outcomes["bae"] = [Slow(FINE)]
    stage.outcomes["choi"] = [Slow({"score": 1.0}), {"score": 2.0}]
    stage.verdict = lambda: FAILED if "choi" in stage.log and stage.log.count("open") == 1 else PASSED
    results = stage.grade(class_of("an", "bae", "choi"))
    assert stage.times["an"] == 1 and results["choi"].score == 2.0
    assert stage.log.count("open") == 2 and alone(stage, "choi")


def test_a_control_that_fails_alone_ends_the_run_and_nothing_is_written(
    stage: Stage, class_of: Callable[..., Path]
) -> None:
    stage.verdicts = [FAILED, FAILED]
    with pytest.raises(Unfit) as unfit:
        stage.grade(class_of("an", "bae"))
    assert (unfit.value.status, unfit.value.message) == (3, FAILED.fault)
    assert stage.log == ["open", "full", "an", "bae", "open", "full"]
    assert stage.written() == set()


def test_a_control_that_fails_alone_later_leaves_what_was_believed_and_no_more(
    stage: Stage, class_of: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trust, "CONTROL_SECONDS", (0.0, 0.0))
    stage.outcomes["bae"] = [Slow(FINE, 0.5)]
    results = stage.of(class_of("an", "bae"))
    assert next(results).submission == "an"
    stage.verdict = lambda: FAILED
    with pytest.raises(Unfit):
        list(results)
    assert stage.written() == {"an"}


def test_the_same_command_continues_once_the_machine_is_mended(
    stage: Stage, class_of: Callable[..., Path]
) -> None:
    place = class_of("an", "bae")
    stage.verdicts = [FAILED, FAILED]
    with pytest.raises(Unfit):
        stage.grade(place)
    assert statuses(stage.grade(place)) == {"an": "graded", "bae": "graded"}


def test_a_control_that_a_result_called_for_counts_as_one(
    stage: Stage, class_of: Callable[..., Path]
) -> None:
    """The process that graded it ran the control in short, because the result holds an OSError, for example."""
    stage.outcomes["an"] = [{"control": FAILED, "score": 1.0}, {"control": PASSED, "score": 2.0}]
    results = stage.grade(class_of("an"))
    assert results["an"].score == 2.0
    assert stage.log == ["open", "full", "an", "open", "full", "an"]


def test_modules_that_were_named_are_tried_with_the_control_alone(
    stage: Stage, class_of: Callable[..., Path]
) -> None:
    named = frozenset({"sqlite3"})
    stage.outcomes["an"] = [{"control": replace(FAILED, modules=named)}, FINE]
    stage.grade(class_of("an"))
    assert stage.modules[0] == frozenset() and stage.modules[1] == named


def test_what_waits_meanwhile_is_graded_side_by_side_again(
    stage: Stage, class_of: Callable[..., Path]
) -> None:
    stage.verdicts = [FAILED]
    names = ["an", "bae", "choi", "do"]
    stage.outcomes = {name: [Slow(FINE, 0.1)] for name in names}
    assert set(stage.grade(class_of(*names))) == set(names)
    assert stage.times == Counter(an=2, bae=2, choi=1, do=1)
    assert stage.busy[stage.log.index("do")] == {"choi"}
    assert alone(stage, "an") and alone(stage, "bae")


# --- a submission after which the control fails ----------------------------------------------------------


def test_a_submission_that_spoils_every_control_fails_alone(
    stage: Stage, class_of: Callable[..., Path]
) -> None:
    stage.verdict = lambda: FAILED if "bae" in stage.since_opened() else PASSED
    results = stage.grade(class_of("an", "bae", "choi"))
    assert statuses(results) == {"an": "graded", "bae": "failed", "choi": "graded"}
    assert results["bae"].score is None and results["bae"].notes[-1] == FAILED.fault
    assert stage.times["bae"] == 1 + rounds.ATTEMPTS, "beside others, and three times alone"
    assert stage.log.count("full") == stage.log.count("open") == 1 + rounds.ATTEMPTS


def test_a_submission_after_which_the_control_fails_once_keeps_its_points(
    stage: Stage, class_of: Callable[..., Path]
) -> None:
    stage.verdicts = [PASSED, FAILED, PASSED, FAILED]
    stage.outcomes["an"] = [{"score": score} for score in (1.0, 2.0, 3.0)]
    assert stage.grade(class_of("an"))["an"].score == 3.0


# --- a process that vanished -----------------------------------------------------------------------------

GONE = {"vanished": True, "status": "crashed", "score": 1.0}


def test_a_process_that_vanished_and_ends_otherwise_alone_has_its_second_result(
    stage: Stage, class_of: Callable[..., Path]
) -> None:
    stage.outcomes["bae"] = [GONE, {"score": 2.0}]
    results = stage.grade(class_of("an", "bae", "choi"))
    assert (results["bae"].status, results["bae"].score) == ("graded", 2.0)
    assert stage.times == Counter(an=1, bae=2, choi=1)
    assert stage.log.count("open") == 1 and alone(stage, "bae")


def test_a_process_that_vanishes_alone_as_well_is_the_students(
    stage: Stage, class_of: Callable[..., Path]
) -> None:
    stage.outcomes["bae"] = [GONE, {**GONE, "score": 2.0}]
    results = stage.grade(class_of("an", "bae"))
    assert (results["bae"].status, results["bae"].score) == ("crashed", 2.0)
    assert stage.times["bae"] == 2 and alone(stage, "bae")


def test_memory_that_ran_out_is_nobodys_fault(stage: Stage, class_of: Callable[..., Path]) -> None:
    stage.outcomes["bae"] = [GONE, {**GONE, "oom": True}]
    results = stage.grade(class_of("an", "bae"))
    assert (results["bae"].status, results["bae"].score) == ("failed", None)
    assert results["bae"].notes[-1] == Message("grade.oom")
    assert results["an"].status == "graded"


def test_memory_that_ran_out_elsewhere_takes_nothing_from_a_result(
    stage: Stage, class_of: Callable[..., Path]
) -> None:
    stage.outcomes["an"] = [{"oom": True, "score": 2.0}]
    assert stage.grade(class_of("an"))["an"].score == 2.0


def test_the_control_decides_about_a_process_that_vanished_alone(
    stage: Stage, class_of: Callable[..., Path]
) -> None:
    stage.outcomes["bae"] = [GONE]
    stage.verdict = lambda: FAILED if "bae" in stage.since_opened() else PASSED
    results = stage.grade(class_of("an", "bae"))
    assert statuses(results) == {"an": "graded", "bae": "failed"}


def test_a_process_that_vanishes_for_the_first_time_when_it_is_alone_is_graded_once_more(
    stage: Stage, class_of: Callable[..., Path]
) -> None:
    """It was under way when a control failed; then somebody kills its process."""
    stage.verdicts = [FAILED]
    stage.outcomes["an"] = [FINE, GONE, {"score": 2.0}]
    results = stage.grade(class_of("an"))
    assert (results["an"].status, results["an"].score) == ("graded", 2.0)


# --- Ctrl-C ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("last", "kept"), [(PASSED, {"an"}), (FAILED, set()), (BrokenProcessPool, set())])
def test_after_ctrl_c_a_last_control_decides(
    stage: Stage, class_of: Callable[..., Path], last: Outcome, kept: set[str]
) -> None:
    stage.jobs, stage.verdicts = 1, [PASSED, last]
    stage.outcomes["bae"] = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        list(stage.of(class_of("an", "bae")))
    assert stage.log == ["open", "full", "an", "bae", "end", "short"]
    assert stage.kept[-1] == set() and stage.written() == kept


def test_after_ctrl_c_nothing_is_kept_that_no_control_went_before(
    stage: Stage, class_of: Callable[..., Path]
) -> None:
    stage.jobs, stage.verdicts = 1, [Slow(PASSED, 0.5)]
    stage.outcomes["bae"] = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        list(stage.of(class_of("an", "bae")))
    assert "short" not in stage.log and stage.written() == set()


def test_after_ctrl_c_nobody_waits_for_long(
    stage: Stage, class_of: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "LAST_SECONDS", 0.05)
    stage.jobs, stage.verdicts = 1, [PASSED, Slow(PASSED, 1.0)]
    stage.outcomes["bae"] = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        list(stage.of(class_of("an", "bae")))
    assert stage.written() == set()


@pytest.mark.parametrize(("last", "kept"), [(PASSED, {"an", "bae"}), (FAILED, {"bae"})])
def test_a_run_that_is_given_up_keeps_what_a_last_control_allows(
    stage: Stage, class_of: Callable[..., Path], last: Outcome, kept: set[str]
) -> None:
    """``bae`` has a result from an earlier run, which is yielded while ``an`` waits for a control."""
    place = class_of("an", "bae")
    sources = find(place)
    submission = load(sources[1])
    old = with_fingerprint(stage.graded(submission, FINE).result)
    Folder.of(stage.out, sources).write(old)
    stage.jobs, stage.verdicts = 1, [PASSED, last]
    results = stage.of(place)
    assert next(results) == old
    results.close()  # type: ignore[attr-defined]
    assert stage.log == ["open", "full", "an", "end", "short"]
    assert stage.written() == kept


# --- processes of the grader that are lost ---------------------------------------------------------------


@pytest.mark.parametrize("loss", [BrokenProcessPool, BrokenProcessPool("gone"), SandboxFault("gone")])
def test_a_loss_costs_nobody_anything(stage: Stage, class_of: Callable[..., Path], loss: Outcome) -> None:
    stage.outcomes["bae"] = [loss, FINE]
    results = stage.grade(class_of("an", "bae", "choi"))
    assert set(statuses(results).values()) == {"graded"} and len(results) == 3
    assert stage.log.count("open") == stage.log.count("full") == 2


@pytest.mark.parametrize("loss", [BrokenProcessPool, BrokenProcessPool("gone")])
@pytest.mark.parametrize("at", [0, 1])
def test_a_control_whose_process_is_lost_costs_nobody_anything(
    stage: Stage, class_of: Callable[..., Path], loss: Outcome, at: int
) -> None:
    """It is the first control, or the second."""
    stage.verdicts = [*[PASSED] * at, loss]
    results = stage.grade(class_of("an", "bae"))
    assert statuses(results) == {"an": "graded", "bae": "graded"}
    assert stage.log.count("open") == 2


@pytest.mark.parametrize("loss", [BrokenProcessPool, BrokenProcessPool("gone")])
def test_processes_that_are_lost_time_and_again_end_the_run(
    stage: Stage, class_of: Callable[..., Path], loss: Outcome
) -> None:
    stage.outcomes = {name: [loss] for name in ("an", "bae", "choi", "do")}
    stage.verdict = lambda: BrokenProcessPool("gone")
    with pytest.raises(Unfit) as unfit:
        stage.grade(class_of("an", "bae", "choi", "do"))
    assert unfit.value.message == Message("control.lost", {"count": rounds.LOSSES})
    assert unfit.value.status == 3 and stage.log.count("open") == rounds.LOSSES
    assert stage.written() == set()


def test_losses_with_a_result_in_between_end_nothing(stage: Stage, class_of: Callable[..., Path]) -> None:
    """Each loss hits another submission, and before each a submission is finished."""
    names = [f"kim-{number:02}" for number in range(4 * rounds.LOSSES)]
    stage.jobs = 1
    stage.outcomes = {name: [BrokenProcessPool("gone"), FINE] for name in names[1::2]}
    assert set(stage.grade(class_of(*names))) == set(names)
    assert stage.log.count("open") == 1 + 2 * rounds.LOSSES


def test_what_was_graded_by_processes_that_no_control_passed_in_is_graded_again(
    stage: Stage, class_of: Callable[..., Path]
) -> None:
    """They were lost before a control passed, and a control in the next processes says nothing about them."""
    stage.jobs, stage.verdicts = 1, [Slow(BrokenProcessPool("gone"))]
    stage.outcomes = {"an": [{"score": 1.0}, {"score": 2.0}], "bae": [BrokenProcessPool("gone"), FINE]}
    results = stage.grade(class_of("an", "bae"))
    assert results["an"].score == 2.0 and results["bae"].status == "graded"


def test_what_was_graded_by_processes_that_a_control_had_passed_in_waits_for_the_next_one(
    stage: Stage, class_of: Callable[..., Path]
) -> None:
    stage.jobs, stage.outcomes["bae"] = 1, [BrokenProcessPool("gone"), FINE]
    assert set(stage.grade(class_of("an", "bae"))) == {"an", "bae"}
    assert stage.times == Counter(an=1, bae=2)


def test_a_submission_that_is_under_way_at_every_loss_fails_alone(
    stage: Stage, class_of: Callable[..., Path]
) -> None:
    stage.outcomes["bae"] = [BrokenProcessPool("gone")]
    results = stage.grade(class_of("an", "bae", "choi"))
    assert statuses(results) == {"an": "graded", "bae": "failed", "choi": "graded"}
    assert stage.times["bae"] == rounds.ATTEMPTS


# --- faults of the grader's own --------------------------------------------------------------------------


def test_a_fault_that_stays_is_a_result_without_a_score_that_says_why(
    stage: Stage, class_of: Callable[..., Path], run: Run
) -> None:
    stage.outcomes["bae"] = [ValueError("x" * 2000)]
    results = stage.grade(class_of("an", "bae"))
    bae = results["bae"]
    assert (bae.status, bae.score, bae.isolation, bae.seed) == ("failed", None, "namespaces", run.seed)
    assert bae.notes[-1].id == "grade.fault" and "ValueError: xxx" in bae.notes[-1].text("en")
    assert len(bae.notes[-1].text("en")) < 1000
    assert stage.times["bae"] == rounds.ATTEMPTS and results["an"].status == "graded"
    assert stage.log.count("open") == 1, "no process was lost"


def test_a_submission_that_cannot_be_read_any_more_is_no_zero(
    stage: Stage, class_of: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(source: Source) -> Submission:
        if source.name == "bae":
            raise FileNotFoundError(2, "No such file or directory")
        return load(source)

    monkeypatch.setattr(rounds, "load", gone)
    results = stage.grade(class_of("an", "bae"))
    assert statuses(results) == {"an": "graded", "bae": "failed"}
    assert "No such file" in results["bae"].notes[-1].text("en") and "bae" not in stage.log


def test_who_is_left_out_takes_nobodys_result_along(stage: Stage, class_of: Callable[..., Path]) -> None:
    """Another worker grades it, at once and beside others. This does not count as an attempt of the submission."""
    stage.controlled = True
    assert FAILED.fault is not None
    stage.outcomes["an"] = [LeftOut(f"tcp://{number}", FAILED.fault) for number in range(5)]
    stage.outcomes["an"].append({"score": 2.0})
    results = stage.grade(class_of("an", "bae"))
    assert statuses(results) == {"an": "graded", "bae": "graded"} and results["an"].score == 2.0
    assert stage.log.count("open") == 1 and stage.times["an"] == 6


def test_what_ends_the_run_ends_it_at_once(stage: Stage, class_of: Callable[..., Path]) -> None:
    stage.outcomes["an"] = [Stopped(Message("cluster.scheduler_gone", {"address": "there"}), 3)]
    with pytest.raises(Stopped):
        stage.grade(class_of("an", "bae"))
    assert stage.written() == set()


def test_what_there_is_to_know_of_the_processes_is_kept(stage: Stage, class_of: Callable[..., Path]) -> None:
    stage.grade(class_of("an"))
    assert stage.grading is not None
    assert stage.grading.remarks == [Message("isolation.reached", {"tier": "namespaces"})]
