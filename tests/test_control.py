"""The control: the instructor's solution, sealed in the same way, and when a result calls for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from autograder import control, machine
from autograder.checks import expect
from autograder.grading import GraderFault
from autograder.homework import homework
from autograder.intake import Submission
from autograder.messages import LANGUAGES, Message
from autograder.results import Check, Graded, Result, Verdict
from autograder.run import Run
from autograder.sandbox.client import WarmParent
from autograder.sandbox.conversation import Student
from autograder.sandbox.ends import Crashed, SandboxFault, StudentRaised, TimeLimit
from autograder.sandbox.seal import Limits
from autograder.vae.checks import reference
from autograder.vae.checks.band import band
from autograder.vae.pages import pictures
from tests.engine import failed

Answers = Mapping[str, Any]


class Worn(WarmParent):
    """A warm parent on a faulty machine: its processes get ``limits`` instead of those asked for.

    ``answers``: what a probe answers there, or raises, in place of the sealed process.
    """

    limits: Mapping[str, int]
    answers: Answers
    asked: list[str]

    def student(self, limits: Limits, wall_seconds: float, seed: int) -> Student:
        process = super().student(replace(limits, **self.limits), wall_seconds, seed)
        ask, answers, asked = process.ask, self.answers, self.asked

        def answered(probe: str, **arguments: Any) -> Any:
            asked.append(probe)
            if probe not in answers:
                return ask(probe, **arguments)
            if isinstance(answers[probe], Exception):
                raise answers[probe]
            return answers[probe]

        process.ask = answered  # type: ignore[method-assign]
        return process


def worn(parent: WarmParent, answers: Answers | None = None, **limits: int) -> Worn:
    """The warm parent, as it would be on such a faulty machine."""
    made = Worn(**vars(parent))
    object.__setattr__(made, "limits", limits)
    object.__setattr__(made, "answers", answers or {})
    object.__setattr__(made, "asked", [])
    return made


FOUND = {"failed": {}, "unreadable": ""}


# --- in full ---------------------------------------------------------------------------------------------


def test_in_full_it_passes_here_and_brings_the_instructors_pictures(
    sealed: WarmParent, run: Run, tmp_path: Path
) -> None:
    verdict = control.in_full(run, sealed)
    assert verdict.passed and verdict.fault is None, verdict.fault and verdict.fault.text("en")
    (tmp_path / "x.safetensors").write_bytes(verdict.pictures)
    drawn = pictures.read(tmp_path / "x.safetensors")
    assert drawn is not None and drawn.digest == "" and len(drawn.losses) == homework().short_run_epochs
    assert verdict.loss is not None and band("digits").low < verdict.loss < band("digits").high


def test_without_memory_it_fails_and_names_the_check(run: Run, warm_parent: WarmParent) -> None:
    verdict = control.in_full(run, worn(warm_parent, {"libraries": FOUND}, memory_mb=1))
    fault = verdict.fault
    assert fault is not None and fault.id == "control.check" and not verdict.pictures
    english, korean = (fault.text(language) for language in LANGUAGES)
    assert "1 MB" not in english and "doctor" in english and "doctor" in korean
    assert fault.values["needed"] in control.checked(control.solution(), run, warm_parent).checks


def test_a_file_that_students_may_not_read_is_named(run: Run, warm_parent: WarmParent) -> None:
    path = "/opt/lib/torch/__init__.py"
    verdict = control.in_full(run, worn(warm_parent, {"libraries": {**FOUND, "unreadable": path}}))
    assert verdict == Verdict(Message("control.unreadable", {"path": path}))
    assert all(path in verdict.fault.text(language) for language in LANGUAGES)  # type: ignore[union-attr]


def test_a_module_that_only_sealed_processes_lack_is_named(run: Run, warm_parent: WarmParent) -> None:
    answer = {**FOUND, "failed": {"json": "PermissionError: [Errno 13]"}}
    parent = worn(warm_parent, {"libraries": answer})
    verdict = control.in_full(run, parent)
    assert verdict.fault == Message(
        "control.import", {"module": "json", "why": "PermissionError: [Errno 13]"}
    )
    assert parent.asked == ["libraries"], "it is tried first, and nothing after it"


def test_a_module_that_this_python_lacks_altogether_is_nobodys_fault(
    run: Run, warm_parent: WarmParent
) -> None:
    answer = {**FOUND, "failed": {"no_such_module_of_ours": "ModuleNotFoundError"}}
    assert control.in_full(run, worn(warm_parent, {"libraries": answer})).passed


def test_it_imports_what_the_contract_promises(run: Run, warm_parent: WarmParent) -> None:
    names: list[list[str]] = []

    class Listening(WarmParent):
        def student(self, limits: Limits, wall_seconds: float, seed: int) -> Student:
            process = super().student(limits, wall_seconds, seed)

            def ask(probe: str, **arguments: Any) -> Any:
                names.append(arguments["names"])
                raise SandboxFault("enough")

            process.ask = ask  # type: ignore[method-assign]
            return process

    verdict = control.in_full(run, Listening(**vars(warm_parent)), {"vae_of_somebody"})
    assert verdict.fault is not None and verdict.fault.id == "control.fault"
    assert verdict.modules == {"vae_of_somebody"}
    (asked,) = names
    assert {"json", "csv", "asyncio", "zoneinfo", *control.RARE, "vae_of_somebody"} <= set(asked)
    assert not set(asked) & {"antigravity", "this", "test", "idlelib"}


@pytest.mark.parametrize("end", [Crashed("signal", 9), Crashed("memory"), TimeLimit(True, 10)], ids=repr)
def test_a_process_that_ends_while_it_imports_is_the_machines_fault(
    run: Run, warm_parent: WarmParent, end: Exception
) -> None:
    fault = control.in_full(run, worn(warm_parent, {"libraries": end})).fault
    assert fault is not None and fault.id == "control.call" and type(end).__name__ in fault.text("ko")


@pytest.mark.parametrize(
    "fault", [SandboxFault("a student process did not start (\n no)"), OSError(28, "No space left on device")]
)
def test_a_sandbox_that_fails_is_the_machines_fault_in_one_line(
    run: Run, warm_parent: WarmParent, fault: Exception
) -> None:
    for verdict in (
        control.in_full(run, worn(warm_parent, {"libraries": fault})),
        control.in_short(run, worn(warm_parent, {"load": fault})),
    ):
        assert verdict.fault is not None and verdict.fault.id == "control.fault"
        text = verdict.fault.text("ko")
        assert type(fault).__name__ in text and "\n" not in text


def test_checks_that_are_none_are_no_pass(
    run: Run, warm_parent: WarmParent, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise GraderFault("some checks gave no result")

    monkeypatch.setattr(control, "checked", broken)
    verdict = control.in_full(run, worn(warm_parent, {"libraries": FOUND}))
    assert verdict.fault is not None and verdict.fault.id == "control.fault"


def test_one_point_less_is_no_pass(
    run: Run, warm_parent: WarmParent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The short run's band is one of the checks: the solution's loss must lie in the committed band."""
    grade = control.checked

    def less(*arguments: Any) -> Any:
        done = grade(*arguments)
        check = done.checks["short_run"]
        worse = replace(check, points=check.max_points - 1, message="lies outside.")
        return replace(done, checks={**done.checks, "short_run": worse})

    monkeypatch.setattr(control, "checked", less)
    fault = control.in_full(run, worn(warm_parent, {"libraries": FOUND})).fault
    assert fault is not None and fault.id == "control.check" and fault.values["needed"] == "short_run"
    assert "lies outside." in fault.text("en")


# --- in short --------------------------------------------------------------------------------------------


def test_in_short_it_passes_here(sealed: WarmParent, run: Run) -> None:
    named = frozenset({"sqlite3", "torchvision.models"})
    assert control.in_short(run, sealed) == Verdict()
    assert control.in_short(run, sealed, named) == Verdict(modules=named)


def test_in_short_each_file_is_loaded_and_called_once(run: Run, warm_parent: WarmParent) -> None:
    parent = worn(warm_parent)
    assert control.in_short(run, parent).passed
    assert parent.asked == ["load", "reparameterize", "loss", "train", "latent"]


RAISED = {"type": "OSError", "text": "Too many open files", "file": "latent.py", "line": 3}
ENDS: dict[str, tuple[str, Exception]] = {
    "killed": ("load", Crashed("signal", 9)),
    "memory": ("train", Crashed("memory")),
    "raised": ("latent", StudentRaised(RAISED)),
    "waited": ("loss", TimeLimit(False, 60.0, False)),
    "no tensor": ("reparameterize", expect.Failed("check.shape")),
}


@pytest.mark.parametrize(("probe", "end"), ENDS.values(), ids=ENDS.keys())
def test_in_short_whatever_goes_wrong_is_the_machines_fault(
    run: Run, warm_parent: WarmParent, probe: str, end: Exception
) -> None:
    verdict = control.in_short(run, worn(warm_parent, {probe: end}))
    assert verdict.fault is not None and verdict.fault.id == "control.call"
    assert type(end).__name__ in verdict.fault.text("en")


def test_in_short_where_no_file_can_be_written_it_fails(run: Run, sealed: WarmParent) -> None:
    verdict = control.in_short(run, worn(sealed, file_mb=0))
    assert verdict.fault is not None and verdict.fault.id == "control.call"
    assert "StudentRaised" in verdict.fault.text("en") and "File too large" in verdict.fault.text("ko")


def test_in_short_a_wrong_number_is_no_pass(run: Run, warm_parent: WarmParent) -> None:
    """A machine may also calculate wrongly."""
    with warm_parent.student(homework().limits(), 60, seed=0) as process:
        text = "def kl_divergence(mu, log_var): return (mu - mu).sum() + 1"
        process.ask("load", files={"__init__.py": "", "loss.py": text}, modules=["loss"])
        zeros = {"mu": torch.zeros(1), "log_var": torch.zeros(1)}
        wrong = process.ask("loss", function="kl_divergence", arguments=zeros, wrt=[])
    verdict = control.in_short(run, worn(warm_parent, {"loss": wrong}))
    assert verdict.fault is not None and verdict.fault.id == "control.call"
    assert "Failed" in verdict.fault.text("en")


def test_in_short_a_named_module_that_sealed_processes_lack_is_named(
    run: Run, warm_parent: WarmParent
) -> None:
    answer = {**FOUND, "failed": {"sqlite3": "ImportError: libsqlite3.so.0: cannot open shared object file"}}
    named = frozenset({"sqlite3"})
    parent = worn(warm_parent, {"libraries": answer})
    verdict = control.in_short(run, parent, named)
    assert verdict.fault is not None and verdict.fault.id == "control.import" and verdict.modules == named
    assert "libsqlite3.so.0" in verdict.fault.text("en")


# --- when a result calls for it --------------------------------------------------------------------------


def check(outcome: str = "error", message_id: str = "check.raised", **values: Any) -> Check:
    return Check("kl_scalar", "loss", "", 0.0, 2.0, outcome, "", message_id, values)


@pytest.mark.parametrize(
    ("record", "vanished", "doubtful"),
    [
        (check("passed", "check.passed"), False, False),
        (check("failed", "check.not_finite", called="f()"), False, False),
        (check("not_run", "check.ended_before", called="f()"), False, False),
        (check(kind="ValueError", text="No module named 'json'"), False, False),
        (check("crashed", "check.crashed_exit", number=0), True, True),
        (check("crashed", "check.crashed_signal", number=9), True, True),
        (check("crashed", "check.crashed_internal", number=71), True, True),
        (check("crashed", "check.crashed_memory"), False, True),
        (check("crashed", "check.crashed_garbled"), False, True),
        (check("timeout", "check.cpu_time", seconds=10), False, False),
        (check("timeout", "check.wall_time", seconds=30), False, True),
        (check("timeout", "check.time_processes", seconds=30), False, True),
        (check(kind="OSError"), False, True),
        (check(kind="PermissionError"), False, True),
        (check(kind="FileNotFoundError"), False, True),
        (check(kind="TimeoutError"), False, True),
        (check(kind="MemoryError"), False, True),
        (check(message_id="check.limit_memory", kind="MemoryError"), False, True),
        (check(kind="ImportError"), False, True),
        (check(kind="ModuleNotFoundError"), False, True),
        (check(kind="MyOSError"), False, False),
        (check(kind="KeyboardInterrupt"), False, False),
    ],
    ids=str,
)
def test_what_a_machine_may_have_brought_about_is_doubtful(
    record: Check, vanished: bool, doubtful: bool
) -> None:
    assert (control.has_vanished(record), control.is_doubtful(record)) == (vanished, doubtful)


@pytest.mark.parametrize(
    ("kind", "text", "named"),
    [
        ("ModuleNotFoundError", "No module named 'sqlite3'", {"sqlite3"}),
        ("ModuleNotFoundError", "No module named 'torchvision.models.resnet'", {"torchvision.models.resnet"}),
        ("ImportError", "cannot import name 'PCA' from 'sklearn.decomposition' (/x)", {"sklearn.decomposition"}),
        ("ImportError", "cannot import name 'nobody' from 'json' (/usr/lib)", {"json"}),
        ("ModuleNotFoundError", "No module named 'pandas'", set()),
        ("ModuleNotFoundError", "No module named 'vae.helpers'", set()),
        ("ModuleNotFoundError", "No module named 'os; import sys'", set()),
        ("ModuleNotFoundError", "No module named '../../etc'", set()),
        ("ValueError", "No module named 'sqlite3'", set()),
        ("ImportError", "libgomp.so.1: cannot open shared object file", set()),
    ],
)  # fmt: skip
def test_modules_are_named_by_exceptions_and_only_promised_ones_count(
    kind: str, text: str, named: set[str]
) -> None:
    assert control.named_modules([check(kind=kind, text=text)]) == named


def test_modules_are_named_by_any_of_the_checks() -> None:
    texts = ("No module named 'wave'", "No module named 'csv'", "no such file")
    checks = [check(kind="ImportError", text=text) for text in texts]
    assert control.named_modules([check("passed", "check.passed"), *checks]) == {"csv", "wave"}
    assert control.named_modules([]) == frozenset()


@pytest.fixture
def graded(run: Run, warm_parent: WarmParent, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Graded]:
    """``found, shorts = graded(*checks)``: what becomes of a result with these checks; each control's modules."""

    def made(*checks: Check, kills: tuple[int, int] = (0, 0)) -> tuple[Graded, list[frozenset[str]]]:
        submission = Submission("kim", {}, {}, (), "")
        result: Result = replace(failed(submission, run, SandboxFault("x"), "landlock"), checks=checks)
        counted, shorts = iter(kills), list[frozenset[str]]()

        def in_short(run: Run, parent: WarmParent, modules: frozenset[str]) -> Verdict:
            shorts.append(modules)
            return Verdict(modules=modules)

        monkeypatch.setattr(control, "grade", lambda *_: result)
        monkeypatch.setattr(control, "in_short", in_short)
        monkeypatch.setattr(machine, "oom_kills", lambda: next(counted))
        return control.grade_with_doubt(submission, run, warm_parent), shorts

    return made


def test_an_ordinary_failure_calls_for_no_control(graded: Callable[..., Any]) -> None:
    found, shorts = graded(check("failed", "check.not_finite"), check(kind="ValueError"))
    assert (found.vanished, found.oom, found.control, shorts) == (False, False, None, [])


def test_a_doubtful_failure_calls_for_one_control_with_the_modules_that_it_names(
    graded: Callable[..., Any],
) -> None:
    missing = check(kind="ModuleNotFoundError", text="No module named 'sqlite3'")
    found, shorts = graded(missing, missing, check(kind="OSError"))
    assert shorts == [{"sqlite3"}] and found.control == Verdict(modules=frozenset({"sqlite3"}))
    assert not found.vanished


def test_a_process_that_vanished_is_told_and_controlled_when_it_is_graded_once_more(
    graded: Callable[..., Any],
) -> None:
    found, shorts = graded(check("crashed", "check.crashed_signal", number=9), kills=(3, 4))
    assert (found.vanished, found.oom, found.control, shorts) == (True, True, None, [])


# --- modules ---------------------------------------------------------------------------------------------


def test_what_this_python_lacks_is_told_from_what_it_has() -> None:
    names = ["json", "no_such_module_of_ours", "torch.nn", "autograder"]
    assert control.lacking(names) == {"no_such_module_of_ours"}
    assert control.lacking([]) == frozenset()


def test_a_module_that_ends_its_process_or_prints_is_no_trouble(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "loud_module.py").write_text("print('[\"json\"]', end='')\n")
    (tmp_path / "quitting_module.py").write_text("raise SystemExit(0)\n")
    (tmp_path / "deadly_module.py").write_text("import os\nos._exit(0)\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert control.lacking(["loud_module"]) == frozenset()
    assert control.lacking(["quitting_module"]) == {"quitting_module"}
    assert control.lacking(["deadly_module", "json"]) == {"deadly_module", "json"}, "it can't be told"


def test_nothing_is_imported_from_the_current_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "beside_a_submission.py").write_text("")
    monkeypatch.chdir(tmp_path)
    assert control.lacking(["beside_a_submission"]) == {"beside_a_submission"}


def test_the_standard_library_is_tried_but_for_what_does_something() -> None:
    names = set(control.stdlib())
    assert {"json", "asyncio", "xml", "decimal"} <= names
    assert not names & {"antigravity", "this", "winreg", "_thread"}


def test_a_module_that_is_there_and_broken_is_not_lacking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the disk fails while a module is read, no hand-in is to blame, so the run is refused."""
    (tmp_path / "broken_here.py").write_text("raise OSError(5, 'Input/output error')\n", encoding="utf-8")
    (tmp_path / "half_built.py").write_text("import _no_such_extension\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    names = {"broken_here", "half_built", "json"}
    assert control.lacking(names) == {"half_built"}
    assert control.lacking(names, broken={"broken_here"}) == {"half_built", "broken_here"}, (
        "students may name any"
    )


@pytest.mark.parametrize("name", ["reconstruction_loss", "kl_divergence", "loss_function"])
def test_a_solution_whose_loss_is_wrong_is_no_control(
    name: str, monkeypatch: pytest.MonkeyPatch, warm_parent: WarmParent, run: Run
) -> None:
    """Every check expects the same wrong value, so only torch's own formulas can tell."""
    right = getattr(reference.loss, name)
    monkeypatch.setattr(reference.loss, name, lambda *arguments: 2 * right(*arguments))
    fault = control.in_full(run, warm_parent).fault
    assert fault is not None and name in fault.text("en")
