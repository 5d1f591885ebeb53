"""What is said about a failing stub: true or not said, never a crash, never points."""

from __future__ import annotations

import json
import types
from collections.abc import Iterator
from dataclasses import replace

import pytest

from autograder import audit, grading, kit, measurements
from autograder.checks import bank, measured
from autograder.checks.measured import Question, Reading, Said, Seen, Statement, Unclear, scalar
from autograder.homework import homework
from autograder.intake import Submission
from autograder.messages import LANGUAGES, words
from autograder.results import Result
from autograder.run import Run
from autograder.sandbox.client import WarmParent

RUN = Run(homework(), "digits", None, "cpu", 7, "en")
STUB = "kl_divergence"


def entry(name: str, kind: str = "wrong") -> bank.Entry:
    return next(each for each in bank.entries(homework().bank, kind) if each.name == name)


def handed_in(body: str) -> Submission:
    """The solution with another loss.py: its kl_divergence has this body, and it may use torch and ``state``."""
    solved = bank.submission(entry("kl_divergence--textbook", "right"))
    lines = "\n    ".join(body.splitlines())
    source = f"import time, torch\nstate = []\ndef kl_divergence(mu, log_var):\n    {lines}\n"
    return replace(solved, files={**solved.files, "loss.py": source.encode()})


def graded(submission: Submission, parent: WarmParent) -> Result:
    return grading.grade(submission, RUN, parent)


@pytest.fixture(scope="module")
def reversed_kl(warm_parent: WarmParent) -> Result:
    return graded(bank.submission(entry("kl_divergence--reversed")), warm_parent)


def test_a_result_says_what_the_function_computes(reversed_kl: Result) -> None:
    (said,) = reversed_kl.measured
    assert (said.stub, said.id) == (STUB, "measured.kl_formula")
    assert said.values["asked"] == "-0.5 - 0.5*log_var + 0.5*mu^2 + 0.5*exp(log_var)"
    assert "mu^2*exp(-log_var)" in said.values["yours"] and said.values["yours"] in said.text
    assert said.values["yours"] in said.said("ko") != said.text
    named = {check.misconception for check in reversed_kl.checks if check.outcome != "passed"}
    assert "kl-reversed" in named


def test_results_keep_what_was_said(reversed_kl: Result) -> None:
    record = json.loads(reversed_kl.to_json())
    assert [set(said) for said in record["measured"]] == [{"stub", "id", "values", "text"}]
    again = Result.from_json(reversed_kl.to_json())
    assert again.measured == reversed_kl.measured
    del record["measured"]
    assert Result.from_json(json.dumps(record)).measured == ()


def test_nothing_is_said_about_what_passes(warm_parent: WarmParent) -> None:
    assert graded(bank.submission(entry("kl_divergence--textbook", "right")), warm_parent).measured == ()


def test_the_root_is_told_alone(warm_parent: WarmParent) -> None:
    """train returns what its train_epoch returns, which is wrong here: nothing is said about train."""
    result = graded(bank.submission(entry("train_epoch--mean-of-batch-means")), warm_parent)
    assert {check.id for check in result.checks if check.outcome != "passed"} >= {"train_history"}
    assert {said.stub for said in result.measured} == {"train_epoch"}
    assert {check.misconception for check in result.checks if check.misconception} == {
        "epoch-mean-of-batch-means"
    }


GARBAGE = {
    "nothing but text": 'return "right"',
    "another type each time": "state.append(0)\nreturn [None, 1.0, 'a', torch.ones(3), (1,)][len(state) % 5]",
    "numbers that are none": "return torch.tensor(float('nan')) * mu.sum()",
    "another value each time": "return mu.sum() * torch.rand(())",
    "the number of the call": "state.append(0)\nreturn torch.tensor(float(len(state)))",
    "all earlier arguments": "state.append(mu)\nreturn sum(each.sum() for each in state)",
    "changed arguments": "mu.add_(len(state)); state.append(0)\nreturn mu.sum() * 0",
    "a huge tensor": "return torch.ones(1_000_000)",
    "its own exception": "class Loud(Exception):\n    def __str__(self): raise SystemExit\nraise Loud",
    "the end of the process": "state.append(0)\nif len(state) > 30: raise SystemExit(3)\nreturn mu.sum()",
}


@pytest.mark.parametrize("body", GARBAGE.values(), ids=GARBAGE)
def test_garbage_leads_to_nothing_false(body: str, warm_parent: WarmParent) -> None:
    submission = handed_in(body)
    run = replace(RUN, seed=8)
    for said in measurements.computes(STUB, submission, RUN, warm_parent):
        recorded = measurements.recorded(said, "en")
        assert measurements.is_true(recorded, submission, run, warm_parent), recorded


def test_measuring_takes_no_points(warm_parent: WarmParent, monkeypatch: pytest.MonkeyPatch) -> None:
    submission = handed_in(GARBAGE["another type each time"])
    with_it = graded(submission, warm_parent)
    monkeypatch.setattr(grading, "measurements", lambda *_: ())
    without = graded(submission, warm_parent)
    assert with_it.score == without.score
    assert [check.outcome for check in with_it.checks] == [check.outcome for check in without.checks]


def test_a_stopped_part_is_not_measured(warm_parent: WarmParent, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(measurements, "computes", lambda stub, *_: asked.append(stub) or [])
    limits = replace(RUN, homework=audit.impatient(homework()))
    done = grading.checked(handed_in("while True: pass"), limits, warm_parent)
    assert list(measurements.measurements(done, warm_parent)) == []
    assert asked == []


def test_a_process_that_is_ended_meanwhile_says_nothing(warm_parent: WarmParent) -> None:
    run = replace(RUN, homework=audit.impatient(homework()))
    for body in ("while True: pass", "import os; os._exit(3)"):
        assert measurements.computes(STUB, handed_in(body), run, warm_parent) == []


class Stubborn:
    """A homework's readings of one number, for the mechanism alone."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, readings: list[Reading]) -> None:
        module = types.SimpleNamespace(READINGS=readings, questions=self.questions)
        monkeypatch.setattr(kit, "optional", lambda name: module)
        monkeypatch.setattr(kit, "module", lambda name: module)
        self.answers = iter(())

    @staticmethod
    def questions(seed: int) -> dict[str, Question]:
        return {"only": Question("call", {"seed": seed})}

    def say(self, *answers: object) -> list[str]:
        """The ids of what is said when the two questionings get these answers."""
        given: Iterator[object] = iter(answers)
        return [each.id for each in measured.measured("stub", lambda calls: [{"value": next(given)}], 0)]


def read(seen: Seen) -> Said | None:
    value = scalar(seen.answer("only"))
    return Said({"value": value}) if value else None


def unclear(seen: Seen) -> Said | None:
    raise Unclear


def test_only_what_predicts_fresh_answers_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    stub = Stubborn(monkeypatch, [Reading("number", read)])
    assert stub.say(2.0, 2.0) == ["number"]
    assert stub.say(2.0, 2.1) == []
    assert stub.say(2.0, "2.0") == [] and stub.say(None, 2.0) == []
    assert stub.say(0.0, 0.0) == []
    assert stub.say(float("nan"), float("nan")) == []


def test_two_statements_at_most_and_none_after_a_root(monkeypatch: pytest.MonkeyPatch) -> None:
    more = [Reading("unclear", unclear), *(Reading(name, read) for name in ("first", "second", "third"))]
    assert Stubborn(monkeypatch, more).say(1.0, 1.0) == ["first", "second"]
    root = [Reading("root", read, ends=True), *more]
    assert Stubborn(monkeypatch, root).say(1.0, 1.0) == ["root"]


@pytest.mark.parametrize(
    "outcomes", [None, [], [{}, {}], [{"value": 1, "raised": 2}], ["value"], {"value": 1}]
)
def test_what_is_no_list_of_outcomes_says_nothing(outcomes: object, monkeypatch: pytest.MonkeyPatch) -> None:
    Stubborn(monkeypatch, [Reading("number", lambda seen: Said({}))])
    assert measured.measured("stub", lambda calls: outcomes, 0) == []
    assert not measured.holds(Statement("stub", "number", {}, None), lambda calls: outcomes, 0)


def test_a_homework_without_readings_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kit, "optional", lambda name: None)
    assert measured.measured("stub", lambda calls: [], 0) == []


def test_the_audit_finds_a_false_statement(reversed_kl: Result, warm_parent: WarmParent) -> None:
    wrong = entry("kl_divergence--reversed")
    finding = audit.compared(audit.judge(wrong, reversed_kl), reversed_kl, warm_parent)
    assert (finding.wrong, finding.said, finding.false) == ("", 1, 0)
    (said,) = reversed_kl.measured
    lie = replace(said, values={**said.values, "weights": {**said.values["weights"], "1": 3.0}})
    lying = replace(reversed_kl, measured=(lie,))
    finding = audit.compared(audit.judge(wrong, lying), lying, warm_parent)
    assert (finding.wrong, finding.false) == (audit.FALSE, 1)
    row = audit.matrix([finding])[STUB]
    assert (row["said"], row["named"], row["silent"], row["false"]) == (1, 1, 0, 1)


def test_the_audit_measures_right_ones_too(
    reversed_kl: Result, warm_parent: WarmParent, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = entry("kl_divergence--textbook", "right")
    passed = replace(reversed_kl, checks=(), measured=())
    finding = audit.compared(audit.judge(right, passed), passed, warm_parent)
    assert (finding.wrong, finding.said, finding.false) == ("", 0, 0)
    monkeypatch.setattr(audit, "computes", lambda *_: [Statement(STUB, "kl_formula", {}, None)])
    finding = audit.compared(audit.judge(right, passed), passed, warm_parent)
    assert (finding.wrong, finding.false) == (audit.FALSE, 1)


READINGS = {
    reading.id: stub
    for stub in homework().stubs
    if (module := kit.optional(f"measure.{stub}"))
    for reading in module.READINGS
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", READINGS)
def test_every_statement_has_words(name: str, language: str) -> None:
    assert words(f"measured.{name}", language)
