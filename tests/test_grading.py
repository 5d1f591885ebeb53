"""One submission in, one result out: what each kind of file costs, and that nothing in it becomes the grader's fault.

test_engine.py tests the statuses of files that loop, exit or crash.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from _pytest._code.code import TracebackEntry

from autograder import grading
from autograder.checks import session
from autograder.checks.attempt import Attempt, Checked
from autograder.grading import GraderFault, grade
from autograder.homework import Part, homework
from autograder.intake import Submission
from autograder.report import student_page
from autograder.results import Check, Result
from autograder.run import Run
from autograder.sandbox.client import WarmParent
from autograder.sandbox.ends import SandboxFault

Graded = Callable[..., Result]
FULL = dict(zip(tuple(homework().parts), (20.0, 30.0, 30.0, 20.0), strict=True))
SHORT_RUN = 10.0


@pytest.fixture
def graded(
    handed_in: Callable[..., Submission], run: Run, warm_parent: WarmParent, monkeypatch: pytest.MonkeyPatch
) -> Graded:
    """``result = graded(files)``. Measuring comes after all points and is left out here."""
    monkeypatch.setattr(grading, "measurements", lambda *_: ())

    def result(files: Mapping[str, bytes | str], name: str = "kim", **changed: Any) -> Result:
        return grade(handed_in(files, name), replace(run, **changed), warm_parent)

    return result


def points(result: Result) -> dict[str, float | None]:
    return {part: result.part_points(part) for part in tuple(homework().parts)}


def check(result: Result, name: str) -> Check:
    return next(each for each in result.checks if each.id == name)


# --- what a file costs -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "broken", "message"),
    [
        *((part, "def f(:\n", "check.raised") for part in tuple(homework().parts)),
        ("latent", "\0", "intake.nul"),
        ("training", None, "intake.missing"),
    ],
)
def test_a_file_that_is_no_use_costs_its_own_part_and_the_short_run(
    graded: Graded, solution: dict[str, bytes], part: str, broken: str | None, message: str
) -> None:
    files: dict[str, bytes | str] = {
        name: text for name, text in solution.items() if name != homework().parts[part].file
    }
    result = graded({**files, **({} if broken is None else {homework().parts[part].file: broken})})
    expected = {**FULL, "training": FULL["training"] - SHORT_RUN, part: 0.0}
    assert (result.status, points(result)) == ("graded", expected)
    assert next(each for each in result.checks if each.part == part).message_id == message


def test_one_unwritten_function_costs_its_own_checks(
    graded: Graded, solution: dict[str, bytes], skeleton: dict[str, bytes]
) -> None:
    restore = skeleton["latent.py"].decode().partition("def restore")
    whole = solution["latent.py"].decode().partition("def restore")
    result = graded({**solution, "latent.py": whole[0] + restore[1] + restore[2]})
    assert result.part_points("latent") == 13
    assert check(result, "restore_images").message_id == "check.not_implemented"
    assert check(result, "restore_known").outcome == "not_run"
    assert check(result, "short_run").outcome == "passed"


def test_a_sum_of_terms_that_look_at_nothing_is_no_loss(graded: Graded, solution: dict[str, bytes]) -> None:
    terms = (
        "reconstruction_loss(recon_x, x) kl_divergence(mu, log_var) loss_function(recon_x, x, mu, log_var)"
    )
    zeros = [
        f"def {term}): return torch.tensor(0.0)"
        for term in terms.replace(") ", ")|").replace(")", "").split("|")
    ]
    result = graded({**solution, "loss.py": "\n".join(["import torch", *zeros])})
    assert check(result, "loss_function_value").message_id == "loss_function.value"
    assert check(result, "loss_function_gradient").outcome == "not_run"


def test_a_changed_network_forfeits_the_short_run_alone(graded: Graded, solution: dict[str, bytes]) -> None:
    model = solution["model.py"].decode().replace("nn.ReLU()", "nn.Tanh()")
    wider = model.replace("nn.Linear(784, hidden_dim)", "nn.Linear(784, hidden_dim + 1)")
    wider = wider.replace(
        "nn.Linear(hidden_dim, 2 * latent_dim)", "nn.Linear(hidden_dim + 1, 2 * latent_dim)"
    )
    result = graded({**solution, "model.py": wider})
    assert points(result) == {**FULL, "training": FULL["training"] - SHORT_RUN}
    assert check(result, "short_run").message_id == "short_run.changed_network"


def test_what_was_passed_before_a_time_limit_is_kept(graded: Graded, solution: dict[str, bytes]) -> None:
    source = solution["latent.py"].decode()
    at = source.index("def restore")
    body = source.index('"""', source.index('"""', at) + 3) + 3
    result = graded(
        {"latent.py": source[:body] + "\n    while True: pass\n" + source[body:]},
        homework=replace(homework(), cpu_seconds=3),
    )
    assert (result.status, result.part_points("latent")) == ("timeout", 13)
    assert check(result, "restore_images").outcome == "timeout"
    assert {check(result, f"restore_{name}").outcome for name in ("known", "unknown", "clean")} == {"not_run"}


# --- what comes back -------------------------------------------------------------------------------------

LOSS = """
import torch

def reconstruction_loss(recon_x, x):
    return {value}

def kl_divergence(mu, log_var):
    return {value}

def loss_function(recon_x, x, mu, log_var):
    return {value}
"""
RETURNED = {
    "None": ("None", "check.not_a_tensor"),
    "float": ("0.5", "check.not_a_tensor"),
    "list": ("[torch.zeros(())]", "check.not_a_tensor"),
    "huge int": ("10 ** 400", "check.not_a_tensor"),
    "vector": ("torch.zeros(3)", "check.shape"),
    "one element": ("torch.zeros(1)", "check.shape"),
    "empty": ("torch.zeros(0)", "check.shape"),
    "float16": ("torch.zeros((), dtype=torch.float16)", "check.dtype"),
    "integer": ("torch.zeros((), dtype=torch.long)", "check.dtype"),
    "complex": ("torch.zeros((), dtype=torch.complex64)", "check.dtype"),
    "nan": ("torch.tensor(float('nan'))", "check.not_finite"),
    "infinity": ("torch.tensor(float('-inf'))", "check.not_finite"),
    "meta": ("torch.zeros((), device='meta')", "check.device"),
    "subclass": ("torch.zeros(()).as_subclass(type('T', (torch.Tensor,), {}))", "check.tensor_subclass"),
    "one that says yes": ("type('Yes', (), {'__eq__': lambda *a: True})()", "check.not_a_tensor"),
}


@pytest.mark.parametrize(("value", "message"), RETURNED.values(), ids=RETURNED.keys())
def test_a_value_of_the_wrong_kind_is_told_as_what_it_is(graded: Graded, value: str, message: str) -> None:
    result = graded({"loss.py": LOSS.replace("{value}", value)})
    assert (result.status, result.part_points("loss")) == ("graded", 0)
    assert check(result, "kl_scalar").message_id == message
    assert check(result, "kl_scalar").outcome == "failed"


FORGED = {
    "None": "None",
    "number": "5",
    "word": "'passed'",
    "list": "[]",
    "empty": "{}",
    "nested": "{'value': {'value': {}}}",
    "without gradients": "{'value': torch.zeros(())}",
    "gradients of another kind": "{'value': torch.zeros(()), 'gradients': [1], 'after': {}}",
    "nothing right within": "{'value': {}, 'gradients': {'mu': 3}, 'after': {'mu': 'x'}, 'state': {}, 'images': 1}",
    "tensors everywhere": "{'value': torch.zeros(3), 'gradients': {'mu': torch.zeros(2)}, 'after': {'x': torch.zeros(2)}, "
    "'state': {'encoder.0.weight': torch.zeros(2)}, 'images': torch.zeros(2), 'mixed': False, 'moved': True, 'seen': [1]}",
    "what checks like to hear": "{'value': True, 'passed': True, 'score': 100, 'outcome': 'passed', 'points': 30}",
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED.keys())
def test_a_forged_answer_is_neither_points_nor_the_graders_fault(graded: Graded, forged: str) -> None:
    """The file takes over its own process, so every question gets the answer that it chooses."""
    source = f"""
import torch
import autograder.sandbox.student as inside
inside.perform = lambda *_: {forged}
"""
    result = graded(dict.fromkeys(homework().files, source))
    outcomes = {each.outcome for each in result.checks if each.points}
    assert outcomes <= {"passed"}
    # A well-formed answer can at most claim that no devices are mixed and that nothing was changed.
    assert result.score is not None
    assert result.score <= 10
    assert result.status in ("graded", "crashed")


def test_printing_megabytes_costs_nothing(graded: Graded, solution: dict[str, bytes]) -> None:
    noisy = "import os, sys\nfor _ in range(300):\n    print('x' * 100_000); os.write(2, b'y' * 10_000)\n"
    source = noisy + solution["loss.py"].decode().replace(
        "    return 0.5 * torch.sum", "    print('z' * 1_000_000)\n    return 0.5 * torch.sum"
    )
    result = graded({"loss.py": source})
    assert (result.status, result.part_points("loss")) == ("graded", 30)


def test_files_beside_the_four_count_for_nothing(graded: Graded, solution: dict[str, bytes]) -> None:
    hostile = "raise SystemExit\n"
    names = "__init__.py data.py plots.py conftest.py sitecustomize.py torch.py pytest.ini test_1_reparameterize.py"
    result = graded({**solution, **dict.fromkeys(names.split(), hostile)})
    assert (result.status, result.score) == ("graded", homework().max_score)


def test_what_a_student_raises_arrives_escaped(graded: Graded) -> None:
    text = "<script>alert(1)</script>\\ud800 {called} %s" + "x" * 500
    result = graded({"loss.py": f"raise ValueError('{text}')\n"}, name="<b>kim</b>")
    message = check(result, "reconstruction_scalar").message
    assert "<script>alert(1)</script>" in message
    for language in ("en", "ko"):
        page = student_page(result, language)
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)" in page
        assert "<b>kim" not in page
    assert Result.from_json(result.to_json()).score == 0


# --- once more, and whose fault --------------------------------------------------------------------------


def attempts(monkeypatch: pytest.MonkeyPatch, second: Submission | None = None) -> list[Run]:
    """Record the attempts of a grading; all but the first grade ``second``, if it is given."""
    seen: list[Run] = []
    run_checks = grading.run_checks

    def watched(submission: Submission, run: Run, *others: Any) -> Checked:
        seen.append(run)
        return run_checks(second if second and len(seen) > 1 else submission, run, *others)

    monkeypatch.setattr(grading, "run_checks", watched)
    return seen


def test_a_submission_that_only_waited_is_tried_once_more(
    graded: Graded,
    handed_in: Callable[..., Submission],
    solution: dict[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a loaded machine it can reach the wall-clock limit in the first attempt and not in the second."""
    good = handed_in({"loss.py": solution["loss.py"]})
    seen = attempts(monkeypatch, good)
    result = graded(
        {"loss.py": "import time\ntime.sleep(1000)\n"}, homework=replace(homework(), wall_seconds=3.0)
    )
    assert len(seen) == 2
    assert (result.status, result.part_points("loss")) == ("graded", 30)


@pytest.mark.parametrize(
    ("load", "computing", "patience"), [(99, 1.5, grading.PATIENCE), (99, 0, 1), (0, 1.5, 1)]
)
def test_who_was_kept_from_the_processor_gets_more_time_than_who_slept(
    load: float, computing: float, patience: float, graded: Graded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getloadavg", lambda: (load, 0.0, 0.0))
    seen = attempts(monkeypatch)
    busy = f"import time\nwhile time.process_time() < {computing}: pass\ntime.sleep(1000)\n"
    result = graded({"loss.py": busy}, homework=replace(homework(), wall_seconds=3.0))
    assert check(result, "reconstruction_scalar").message_id == "check.wall_time"
    assert [one.homework.wall_seconds for one in seen] == [3, 3 * patience]


def test_a_submission_that_computed_too_long_is_not_tried_again(
    graded: Graded, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = attempts(monkeypatch)
    result = graded({"loss.py": "while True: pass\n"}, homework=replace(homework(), cpu_seconds=2))
    assert len(seen) == 1
    assert (result.status, result.score) == ("timeout", 0)
    assert check(result, "reconstruction_scalar").message_id == "check.cpu_time"


def test_a_sandbox_that_is_gone_is_no_result(
    handed_in: Callable[..., Submission], solution: dict[str, bytes], run: Run, warm_parent: WarmParent
) -> None:
    dead = replace(warm_parent, control=warm_parent.control.dup())
    dead.control.close()
    with pytest.raises(SandboxFault):
        grade(handed_in(solution), run, dead)


def test_checks_that_do_not_add_up_are_the_graders_fault(
    handed_in: Callable[..., Submission], run: Run, warm_parent: WarmParent
) -> None:
    other = replace(
        run, homework=replace(homework(), parts={**homework().parts, "loss": Part("loss.py", 31)})
    )
    with pytest.raises(GraderFault, match="add up"):
        grade(handed_in({"loss.py": ""}), other, warm_parent)


def test_no_checks_at_all_are_the_graders_fault(
    handed_in: Callable[..., Submission], run: Run, warm_parent: WarmParent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grading, "run_checks", lambda *three: Attempt(*three[:3]).brought(()))
    with pytest.raises(GraderFault, match="gave no result"):
        grade(handed_in({"loss.py": ""}), run, warm_parent)


@pytest.mark.parametrize(
    "setting",
    [{"PYTEST_ADDOPTS": "-k nothing -x"}, {"PYTEST_PLUGINS": "no_such_plugin"}],
    ids=lambda setting: next(iter(setting)),
)
def test_the_instructors_own_pytest_settings_do_not_reach_the_checks(
    graded: Graded, solution: dict[str, bytes], setting: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in setting.items():
        monkeypatch.setenv(name, value)
    session.collected.cache_clear()
    assert graded({"loss.py": solution["loss.py"]}).part_points("loss") == 30
    assert setting.items() <= os.environ.items()


def test_pytest_files_where_the_command_is_given_do_not_reach_the_checks(
    graded: Graded, solution: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("conftest.py", "sitecustomize.py"):
        (tmp_path / name).write_text("raise SystemExit('read')\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -k nothing\n")
    monkeypatch.chdir(tmp_path)
    session.collected.cache_clear()
    assert graded({"loss.py": solution["loss.py"]}).part_points("loss") == 30


def test_what_pytest_itself_raises_is_no_result_and_spoils_no_later_one(
    graded: Graded, solution: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(Attempt, "record", broken)
        with pytest.raises(ZeroDivisionError):
            graded(solution)
    assert graded(solution).score == homework().max_score


# --- the record ------------------------------------------------------------------------------------------


def test_identical_files_get_identical_records_under_any_name(
    graded: Graded, solution: dict[str, bytes]
) -> None:
    wrong = solution["loss.py"].replace(b"return 0.5 *", b"return 0.4 *")
    first, second = graded({"loss.py": wrong}), graded({"loss.py": wrong}, name="lee")
    assert replace(first, submission="", seconds=0.0) == replace(second, submission="", seconds=0.0)
    assert check(first, "kl_value").outcome == "failed"


def test_another_seed_asks_with_other_inputs(graded: Graded, solution: dict[str, bytes]) -> None:
    wrong = solution["loss.py"].replace(b"return 0.5 *", b"return 0.4 *")
    first, second = (graded({"loss.py": wrong}, seed=seed) for seed in (1, 2))
    assert first.part_points("loss") == second.part_points("loss")
    assert check(first, "kl_value").values != check(second, "kl_value").values


def test_a_record_holds_what_a_dispute_needs(graded: Graded, run: Run, warm_parent: WarmParent) -> None:
    result = graded({"loss.py": "x = 1\n"})
    assert (result.seed, result.dataset, result.device) == (run.seed, "digits", "cpu")
    assert result.isolation == warm_parent.tier
    assert {"autograder", "torch", "python"} <= set(result.versions)
    assert len(result.digest) == 64
    assert result.seconds > 0
    assert sum(each.max_points for each in result.checks) == result.max_score == homework().max_score


def test_no_report_of_a_failing_check_is_drawn(graded: Graded, monkeypatch: pytest.MonkeyPatch) -> None:
    """For each report pytest would read the checks' source, which would take most of the time."""
    drawn: list[object] = []
    monkeypatch.setattr(TracebackEntry, "getsource", lambda *a, **_: drawn.append(a))
    result = graded({"loss.py": "x = 1\n"})
    assert result.score == 0 and not drawn


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_record_has_the_words_of_its_language(graded: Graded, language: str) -> None:
    result = graded({"loss.py": "x = 1\n"}, language=language)
    korean = [any("가" <= letter <= "힣" for letter in each.title + each.message) for each in result.checks]
    assert all(korean) if language == "ko" else not any(korean)
