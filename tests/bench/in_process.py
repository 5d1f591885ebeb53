"""The hidden checks in one process with the student's code, as other graders run them: no pytest, nothing sealed.

For measuring alone. Student code could reach the checks here, which is why the kit does not work like this.
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

from autograder import checks
from autograder.checks import short_run
from autograder.checks.inputs import Draw
from autograder.checks.remote import SHORT_RUN, RemoteSubmission
from autograder.intake import Submission
from autograder.sandbox import student
from autograder.sandbox.readable import Readable
from autograder.sandbox.wire import Array
from autograder.settings import FILES, settings

SEED, DATASET = 20131220, "digits"


class InProcess:
    """Takes a warm parent's place: what it hands out performs its probes right here."""

    def student(self, limits: Any, wall_seconds: float, seed: int) -> InProcess:
        torch.manual_seed(seed)
        return self

    def ask(self, probe: str, /, **arguments: Any) -> Any:
        copies = tree_map_only(torch.Tensor, torch.clone, arguments)  # for the student's code to edit
        answer = student.perform(probe, copies, student.Place(package(), "cpu", Readable((), (), ())))
        return tree_map_only(torch.Tensor, array, answer)

    def close(self) -> None:
        pass


def array(value: torch.Tensor) -> Array:
    """A tensor as checks get it, without its way over the wire."""
    return Array(
        dtype=str(value.dtype).removeprefix("torch."),
        shape=tuple(value.shape),
        device=str(value.device),
        requires_grad=value.requires_grad,
        plain=type(value) in (torch.Tensor, torch.nn.Parameter),
        data=value.detach(),
    )


@cache
def package() -> Path:
    """Where the package ``vae`` of the submission at hand is written and imported from."""
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
    """All hidden checks by their id, in the order in which pytest runs them."""
    found = {}
    for path in sorted(Path(checks.__file__).parent.glob("test_*.py")):
        module = importlib.import_module(f"autograder.checks.{path.stem}")
        for name, function in vars(module).items():
            if name.startswith("test_"):
                (mark,) = function.pytestmark
                needs = mark.kwargs.get("needs")
                found[name.removeprefix("test_")] = HiddenCheck(
                    function, module, mark.kwargs["points"], needs
                )
    return found


class Examination:
    """One submission and its hidden checks, which are called one by one, in their order."""

    def __init__(self, files: Mapping[str, bytes], seed: int = SEED) -> None:
        self._seed = seed
        self.passed: set[str] = set()
        self._submission = Submission("student", files, {}, (), digest="")
        self._parts: dict[str, RemoteSubmission] = {}

    def require(self, name: str) -> None:
        """Return when the check is passed; else raise what it raises, or LookupError where another comes first."""
        check = hidden_checks()[name]
        if check.needs and check.needs not in self.passed:
            raise LookupError(f"{check.needs} was not passed")
        # nbgrader gives 0 points where anything, a progress bar or a warning, goes to stderr.
        with redirect_stderr(io.StringIO()), redirect_stdout(io.StringIO()), warnings.catch_warnings():
            self._called(check.function, check.module)
        self.passed.add(name)

    def score(self) -> float:
        """The points of all checks that are passed."""
        for name in hidden_checks():
            with suppress(Exception):
                self.require(name)
        return sum(hidden_checks()[name].points for name in self.passed)

    def _called(self, function: Callable[..., Any], module: ModuleType) -> Any:
        given = {name: self._fixture(name, module) for name in inspect.signature(function).parameters}
        return function(**given)

    def _fixture(self, name: str, module: ModuleType) -> Any:
        if name in vars(module):
            return self._called(inspect.unwrap(getattr(module, name)), module)
        makers: dict[str, Callable[[], Any]] = {
            "submission": lambda: self._part(module.pytestmark.args[0]),
            "short_run_submission": lambda: self._part(SHORT_RUN),
            "short_run_task": lambda: short_run.task(DATASET, None, self._seed, settings().short_run_images),
            "draw": lambda: Draw(self._seed),
            "seed": lambda: self._seed,
            "dataset": lambda: DATASET,
            "device": lambda: "cpu",
            "remark": lambda: lambda *_, **__: None,
            "keep": lambda: lambda *_, **__: None,
        }
        if (
            name not in makers
        ):  # no exception that a student's code could raise, so that nothing takes it for one
            raise SystemExit(f"tests/bench/in_process.py does not know the fixture {name}")
        return makers[name]()

    def _part(self, part: str) -> RemoteSubmission:
        if part not in self._parts:
            self._parts[part] = RemoteSubmission(self._submission, part, InProcess(), settings(), self._seed)  # type: ignore[arg-type]
        return self._parts[part]


@cache
def handed_in() -> Examination:
    """The submission that lies in the working directory's folder ``vae``."""
    return Examination({name: Path("vae", name).read_bytes() for name in FILES.values()})


def require(name: str) -> None:
    """What a hidden test cell of a notebook calls."""
    handed_in().require(name)
