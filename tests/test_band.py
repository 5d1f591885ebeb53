"""The band of the short run: around the control's loss if that is known, and always within the committed band."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder.messages import LANGUAGES, Message
from autograder.outfolder import Centre, run_seed
from autograder.results import Check, Result, Verdict
from autograder.run import Run
from autograder.vae.checks import band, calibrate
from autograder.vae.checks.band import Band, centre_of, check_held, held
from autograder.vae.checks.calibrate import Calibrated
from tests.engine import ran

KNOWN = Band(low=290, high=330, mean=310, standard_deviation=2.5, seeds=100, least_related=0.5, width=12)


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(band, "band", lambda dataset: KNOWN)


def result(*checks: Check) -> Result:
    score = sum(check.points for check in checks)
    return Result("kim", score, 100, "graded", "digits", "cpu", 7, 1.0, checks)


# --- the verdict -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reached", "centre", "said", "low", "high"),
    [
        ("330", None, "passed", "290", "330"),
        ("330.001", None, "too_high", "290", "330"),
        ("290", None, "passed", "290", "330"),
        ("289.999", None, "too_low", "290", "330"),
        ("320", 308.0, "near", "296", "320"),
        ("320.001", 308.0, "above", "296", "320"),
        ("295.999", 308.0, "below", "296", "320"),
        ("329", 325.0, "near", "313", "330"),
        ("331", 325.0, "above", "313", "330"),
        ("289", 295.0, "below", "290", "307"),
        ("nan", 308.0, "above", "296", "320"),
        ("nan", None, "too_high", "290", "330"),
        ("inf", 308.0, "above", "296", "320"),
    ],
)
def test_a_loss_is_held_to_the_narrower_of_two_bands(
    reached: str, centre: float | None, said: str, low: str, high: str
) -> None:
    message = KNOWN.verdict("train()", reached, centre)
    assert message.id == f"short_run.{said}"
    assert (message.values["low"], message.values["high"]) == (low, high)
    for language in LANGUAGES:
        assert reached in message.text(language)
        assert centre is None or f"{centre:.6g}" in message.text(language)


def test_with_the_controls_loss_nothing_passes_that_the_committed_band_fails() -> None:
    losses = [f"{280 + 0.5 * step:.6g}" for step in range(121)]
    for centre in (291.0, 300.0, 310.0, 320.0, 329.0):
        for reached in losses:
            if KNOWN.verdict("", reached, centre).id in band.PASSED:
                assert KNOWN.verdict("", reached).id in band.PASSED


def test_a_result_is_held_to_the_controls_loss_and_its_score_follows() -> None:
    other = Check("kl_value", "loss", "", 2.0, 2.0, "passed", "", "check.passed")
    graded = result(other, ran("325"))
    assert held(graded, 318.0, "en").score == 12
    after = held(graded, 308.0, "ko")
    assert (after.score, after.checks[0]) == (2, other)
    (short,) = after.checks[1:]
    assert (short.outcome, short.points, short.message_id) == ("failed", 0, "short_run.above")
    assert short.message == Message(short.message_id, short.values).text("ko") and "308" in short.message
    assert held(after, 308.0, "ko") == after
    assert held(after, None, "en").score == 12, "as reproduce does it with a result of before"


@pytest.mark.parametrize("message_id", ["check.cpu_time", "short_run.unrelated", "check.needs_file"])
def test_a_short_run_without_a_loss_is_left_alone(message_id: str) -> None:
    check = replace(ran("310"), message_id=message_id, outcome="failed", points=0.0)
    assert check_held(check, "digits", 200.0, "en") is check
    assert centre_of(result(check)) is None


def test_a_failed_result_stays_without_a_score() -> None:
    failed = replace(result(), score=None, status="failed")
    assert held(failed, 310.0, "en") is failed


@pytest.mark.parametrize(
    "centre", [None, "", "three", [], {}, "nan", "inf", "9" * 400], ids=lambda it: f"{it!r:.9}"
)
def test_a_damaged_centre_of_a_result_is_none(centre: Any) -> None:
    values = {**ran("310").values, **({} if centre is None else {"centre": centre})}
    assert centre_of(result(replace(ran("310"), values=values))) is None


def test_the_centre_that_is_quoted_is_found_again() -> None:
    assert centre_of(held(result(ran("310")), 311.25, "en")) == 311.25


# --- one centre a run ------------------------------------------------------------------------------------


def kept(out: Path) -> Any:
    return json.loads((out / "run.json").read_text())


@pytest.fixture
def out(tmp_path: Path, run: Run) -> Path:
    """OUT of a run whose first control has passed."""
    run_seed(tmp_path, run.seed, fresh=False)
    assert Centre.of(tmp_path, run).agreed(Verdict(loss=311.0)) == Verdict(loss=311.0)
    return tmp_path


def test_the_first_controls_loss_is_kept_beside_the_seed(out: Path, run: Run) -> None:
    assert kept(out)["seed"] == run.seed and kept(out)["centre"]["loss"] == 311.0
    assert run_seed(out, None, fresh=False) == run.seed
    assert run_seed(out, run.seed, fresh=False) == run.seed
    assert Centre.of(out, run).loss == 311.0


def test_a_later_control_agrees_within_rounding_or_the_machine_is_at_fault(out: Path, run: Run) -> None:
    centre = Centre.of(out, run)
    for loss in (311.0, 311.0 + 0.9 * band.ROUNDING, 311.0 - 0.9 * band.ROUNDING):
        assert centre.agreed(Verdict(loss=loss)).passed
    fault = centre.agreed(Verdict(loss=311.0 + 1.1 * band.ROUNDING, modules=frozenset({"x"})))
    assert fault.fault is not None and fault.fault.id == "control.centre" and fault.modules == {"x"}
    for language in LANGUAGES:
        assert "--fresh" in fault.fault.text(language) and "311" in fault.fault.text(language)
    assert centre.loss == kept(out)["centre"]["loss"] == 311.0


def test_a_control_in_short_or_one_that_failed_says_nothing_about_the_centre(out: Path, run: Run) -> None:
    centre, bad = Centre.of(out, run), Verdict(Message("control.call", {"fault": "x"}))
    assert centre.agreed(Verdict()) == Verdict() and centre.agreed(bad) == bad


@pytest.mark.parametrize(
    "change",
    [{"seed": 1}, {"dataset": "mnist"}, {"device": "cuda"}],
    ids=["seed", "data set", "device"],
)
def test_the_centre_of_another_run_is_none(out: Path, run: Run, change: dict[str, Any]) -> None:
    assert Centre.of(out, replace(run, **change)).loss is None


@pytest.mark.parametrize("fresh", [False, True], ids=["another seed", "fresh"])
def test_another_seed_and_a_fresh_start_forget_the_centre(out: Path, run: Run, fresh: bool) -> None:
    seed = run_seed(out, run.seed if fresh else 5, fresh)
    assert kept(out) == {"seed": seed}
    assert Centre.of(out, replace(run, seed=seed)).loss is None


DAMAGE: dict[str, Callable[[dict[str, Any]], Any]] = {
    "no centre, as before": lambda it: {"seed": it["seed"]},
    "a number": lambda it: {**it, "centre": 311.0},
    "a list": lambda it: {**it, "centre": []},
    "null": lambda it: {**it, "centre": None},
    "no loss": lambda it: {**it, "centre": {**it["centre"], "loss": None}},
    "text": lambda it: {**it, "centre": {**it["centre"], "loss": "311"}},
    "true": lambda it: {**it, "centre": {**it["centre"], "loss": True}},
    "not a number": lambda it: {**it, "centre": {**it["centre"], "loss": float("nan")}},
    "infinity": lambda it: {**it, "centre": {**it["centre"], "loss": float("inf")}},
    "a number beyond floats": lambda it: {**it, "centre": {**it["centre"], "loss": 10**400}},
    "of another kit": lambda it: {**it, "centre": {**it["centre"], "checks": "0" * 16}},
    "something more": lambda it: {**it, "centre": {**it["centre"], "more": 1}},
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_centre_is_measured_anew(out: Path, run: Run, damage: Callable[[Any], Any]) -> None:
    (out / "run.json").write_text(json.dumps(damage(kept(out))))
    assert run_seed(out, None, fresh=False) == run.seed
    centre = Centre.of(out, run)
    assert centre.loss is None
    assert centre.agreed(Verdict(loss=320.0)).passed
    assert Centre.of(out, run).loss == 320.0


# --- calibrating -----------------------------------------------------------------------------------------


def trained(entry: str | None, *above_control: float) -> list[Calibrated]:
    return [Calibrated(entry, 310 + 2 * above, 0.8, above) for above in above_control]


def test_the_width_is_eight_deviations_and_the_farthest_offset(tmp_path: Path) -> None:
    measured = trained(None, -1, 0, 1)  # a standard deviation of 1
    for name in calibrate.DIFFERENT:
        measured += trained(name, -0.5, 0, 0.5)
    measured += trained(calibrate.DIFFERENT[0], 0)
    measured = [
        replace(each, above_control=each.above_control - 0.3)
        if each.entry == calibrate.DIFFERENT[1]
        else each
        for each in measured
    ]
    path = tmp_path / "calibration.json"
    entry = calibrate.record("digits", measured, path)
    assert (entry["difference_deviation"], entry["difference_offset"], entry["width"]) == (1, 0.3, 8.3)
    assert json.loads(path.read_text())["digits"] == entry
    assert entry["differences"]["solution"]["seeds"] == 3
    assert set(entry["differences"]) == {"solution", *calibrate.DIFFERENT}
    assert calibrate.from_control(measured, 7.0)["width"] == 7.0, "never wider than the committed band"
