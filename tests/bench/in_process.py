"""The hidden checks in the same process as the student's code, as other graders run them: no pytest, nothing sealed.

Only for measuring. Student code could reach the checks here, which is why the kit does not work like this.
"""

from __future__ import annotations

import importlib
import inspect
import io
import sys
import tempfile
import warnings
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout, suppress
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import torch
from torch.utils._pytree import tree_map_only

from autograder import kit
from autograder.checks.remote import RemoteSubmission
from autograder.homework import homework
from autograder.intake import Submission
from autograder.run import Run
from autograder.sandbox import encoding, student
from autograder.sandbox.readable import Readable
from autograder.vae.checks import conftest
from autograder.vae.probes import probes

SEED, DATASET = 20131220, "digits"


class InProcess:
    """Stands in for a warm parent: the student process that it hands out performs its probes in this process."""

    def student(self, limits: Any, wall_seconds: float, seed: int) -> InProcess:
        torch.manual_seed(seed)
        return self

    def ask(self, probe: str, /, **arguments: Any) -> Any:
        copies = tree_map_only(torch.Tensor, torch.clone, arguments)  # for the student's code to edit
        answer = student.perform(
            probe, copies, student.Workplace(package(), probes, "cpu", Readable((), (), ()))
        )
        return encoding.decode(*encoding.encode(answer, bounded=True))

    def close(self) -> None:
        pass


@cache
def package() -> Path:
    """The folder where the submission's package ``vae`` is written and imported from."""
    scratch = tempfile.TemporaryDirectory(prefix="vae-bench-")
    KEPT.append(scratch)
    sys.path.insert(0, scratch.name)
    return Path(scratch.name, "vae")


KEPT: list[tempfile.TemporaryDirectory[str]] = []  # until this process ends


class HiddenCheck(NamedTuple):
    function: Callable[..., None]
    module: ModuleType
    points: float
    needs: str | None

    @property
    def part(self) -> str:
        return str(self.module.pytestmark.args[0])


@cache
def hidden_checks() -> dict[str, HiddenCheck]:
    """All hidden checks by id, in the order in which pytest runs them."""
    found = {}
    for path in sorted((kit.folder() / "checks").glob("test_*.py")):
        module = importlib.import_module(f"autograder.vae.checks.{path.stem}")
        for name, function in vars(module).items():
            if name.startswith("test_"):
                (mark,) = function.pytestmark
                needs = mark.kwargs.get("needs")
                found[name.removeprefix("test_")] = HiddenCheck(
                    function, module, mark.kwargs["points"], needs
                )
    return found


def stream() -> io.TextIOWrapper:
    """A standard stream like the one in a student's process: some code sets its encoding, wraps it or detaches it."""
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8")


class Examination:
    """One submission and its hidden checks, called one by one in their order."""

    def __init__(self, files: Mapping[str, bytes], seed: int = SEED) -> None:
        self._run = Run(homework(), DATASET, None, "cpu", seed, "en")
        self.passed: set[str] = set()
        self._submission = Submission("student", files, {}, (), digest="")
        self._parts: dict[str, RemoteSubmission] = {}

    def require(self, name: str) -> None:
        """Return if the check passes; else raise what it raises, or LookupError if one that it needs did not pass."""
        check = hidden_checks()[name]
        if check.needs and check.needs not in self.passed:
            raise LookupError(f"{check.needs} was not passed")
        # nbgrader gives 0 points if anything goes to stderr, even a progress bar or a warning.
        with redirect_stderr(stream()), redirect_stdout(stream()), warnings.catch_warnings():
            self._called(check.function, check.part, check.module, conftest)
        self.passed.add(name)

    def score(self) -> float:
        """The points of all checks that pass."""
        for name in hidden_checks():
            with suppress(Exception):
                self.require(name)
        return sum(hidden_checks()[name].points for name in self.passed)

    def _called(self, function: Callable[..., Any], part: str, *places: ModuleType) -> Any:
        given = {name: self._fixture(name, part, *places) for name in inspect.signature(function).parameters}
        return function(**given)

    def _fixture(self, name: str, part: str, *places: ModuleType) -> Any:
        """The fixture from the first module that has it, else from the engine. One that takes itself gets the next."""
        for index, place in enumerate(places):
            if name in vars(place):
                fixture = inspect.unwrap(getattr(place, name))
                own = name in inspect.signature(fixture).parameters
                return self._called(fixture, part, *places[index + own :])
        makers: dict[str, Callable[[], Any]] = {
            "submission": lambda: self._part(part),
            "whole_submission": lambda: self._part(homework().whole),
            "run": lambda: self._run,
            "remark": lambda: lambda *_, **__: None,
            "put_aside": lambda: lambda *_, **__: None,
        }
        # Not an exception that student code could raise, so that nothing takes it for one.
        if name not in makers:
            raise SystemExit(f"tests/bench/in_process.py does not know the fixture {name}")
        return makers[name]()

    def _part(self, part: str) -> RemoteSubmission:
        if part not in self._parts:
            self._parts[part] = RemoteSubmission(self._submission, part, InProcess(), self._run)  # type: ignore[arg-type]
        return self._parts[part]


@cache
def handed_in() -> Examination:
    """The submission in the folder ``vae`` of the working directory."""
    return Examination({name: Path("vae", name).read_bytes() for name in homework().files})


def require(name: str) -> None:
    """Run one hidden check of the submission at hand; the hidden test cells of a notebook call this."""
    handed_in().require(name)
