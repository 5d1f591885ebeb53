"""Which known mistake is this? A failing stub is called again on fixed inputs and compared with every known mistake.

A mistake is named when everything that came back (types, shapes, values, gradients, parameters,
exceptions) agrees with the bank's entries of one misconception and of no other. No match, no guess.
The diagnosis never decides points. The inputs are fixed so that each known mistake is called only once (see
``remembered``).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import Any

import torch

from autograder import kit
from autograder.checks import bank, remembered
from autograder.homework import homework
from autograder.sandbox.conversation import Student
from autograder.sandbox.encoding import Array
from autograder.sandbox.ends import StudentRaised

SEED = 20131220  # the day of arXiv:1312.6114; any number would do
RELATIVE, ABSOLUTE = 2e-4, 2e-6
Call = tuple[str, dict[str, Any]]
Ask = Callable[[str, dict[str, Any]], Any]
Desk = Callable[[], Student]


def calls(stub: str) -> tuple[Call, ...]:
    """The homework's questions about a stub: probes that tell its known mistakes apart, with their arguments."""
    asked: tuple[Call, ...] = kit.module("checks.questions").calls(stub)
    return asked


def answer(ask: Ask, call: Call) -> Any:
    """The answer to one call. An exception becomes its type and text."""
    try:
        return ask(*seeded(call))
    except StudentRaised as raised:
        return _exception(raised)


def first_answers(desk: Student, stub: str, sources: list[str]) -> list[Any]:
    """What each of several versions of the stub's file answers to the first call, in one request."""
    probe, arguments = seeded(calls(stub)[0])
    outcomes = desk.ask(
        "each", file=homework().file_of(stub), sources=sources, probe=probe, arguments=arguments
    )
    return [
        outcome["value"] if "value" in outcome else _exception(StudentRaised(outcome["raised"]))
        for outcome in outcomes
    ]


def seeded(call: Call) -> Call:
    """The call, made with all random numbers fixed."""
    probe, arguments = call
    return "seeded", {"seed": SEED, "probe": probe, "arguments": arguments}


def _exception(raised: StudentRaised) -> tuple[str, str, str]:
    # The text of a RecursionError depends on what was being called when the stack was full.
    return "raised", raised.kind, "" if raised.kind == "RecursionError" else raised.text


@dataclass(frozen=True)
class Known:
    """A version of a stub that the kit knows. ``name`` is its misconception; the instructor's version has none."""

    name: str
    source: str

    @cached_property
    def key(self) -> str:
        return remembered.key(self.source)


@dataclass
class Answers:
    """The answers of a stub's known versions.

    All known mistakes answer the first call as soon as one of them has to. They answer further calls only when a
    comparison needs it.
    """

    stub: str
    kept: remembered.Answers
    grown: bool = False

    def begin(self, known: list[Known], desk: Desk) -> None:
        """Ask the first call of every version that has not answered it yet, in this process or another one."""
        if any(each.key not in self.kept for each in known):
            self.kept = {**self.kept, **remembered.read(self.stub)}
        new = [each for each in known if each.key not in self.kept]
        if new:
            found = first_answers(desk(), self.stub, [each.source for each in new])
            self.kept.update((each.key, [answer]) for each, answer in zip(new, found, strict=True))
            self.grown = True

    def agree(self, known: Known, student: list[Any], desk: Desk) -> bool:
        """Whether this version answers every call as the student's did. ``desk()`` is the process to call it in."""
        for index, theirs in enumerate(student):
            if index >= len(self.kept.get(known.key, ())):
                process = desk()
                # All calls so far, from the beginning: some mistakes remember earlier calls.
                process.ask("load", files={homework().file_of(self.stub): known.source}, modules=[])
                ask = partial(_perform, process)
                self.kept[known.key] = [answer(ask, call) for call in calls(self.stub)[: index + 1]]
                self.grown = True
            if not alike(theirs, self.kept[known.key][index]):
                return False
        return True


def _perform(desk: Student, probe: str, arguments: dict[str, Any]) -> Any:
    return desk.ask(probe, **arguments)


def misconception(stub: str, ask: Ask, desk: Desk) -> str | None:
    """The one known misconception whose entries behave as the student's stub does, or None.

    ``ask`` performs a probe with the student's code. ``desk`` returns another sealed process, for known mistakes
    that have not been called before.
    """
    student = [answer(ask, call) for call in calls(stub)]
    answers = _answers(stub)
    if answers.agree(_right(stub), student, desk):
        return None
    answers.begin(_known(stub), desk)
    names = {known.name for known in _known(stub) if answers.agree(known, student, desk)}
    if answers.grown:
        remembered.write(stub, answers.kept)
        answers.grown = False
    return names.pop() if len(names) == 1 else None


def recall() -> None:
    """Load what is known about all stubs, in a process that others will be forked from. Takes a third of a second."""
    for stub in homework().stubs:
        _known(stub)
        _answers(stub)


def alike(first: Any, second: Any) -> bool:
    """Whether two answers agree in kind and, within rounding, in every number."""
    if isinstance(first, Array) and isinstance(second, Array):
        kinds = [
            (a.dtype, a.shape, a.device, a.requires_grad, a.plain, a.data is None) for a in (first, second)
        ]
        if kinds[0] != kinds[1]:
            return False
        return first.data is None or second.data is None or _close(first.data, second.data)
    if type(first) is not type(second):
        return False
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(alike(first[key], second[key]) for key in first)
    if isinstance(first, (list, tuple)):
        return len(first) == len(second) and all(map(alike, first, second))
    if isinstance(first, float):
        return math.isclose(first, second, rel_tol=RELATIVE, abs_tol=ABSOLUTE) or str(first) == str(second)
    return bool(first == second)


def _close(first: torch.Tensor, second: torch.Tensor) -> bool:
    if first.dtype == torch.bool:
        return torch.equal(first, second)
    return torch.allclose(first.double(), second.double(), rtol=RELATIVE, atol=ABSOLUTE, equal_nan=True)


@cache
def _answers(stub: str) -> Answers:
    return Answers(stub, remembered.read(stub))


@cache
def _wrong() -> list[bank.Entry]:
    return bank.entries(homework().bank, "wrong")


@cache
def _known(stub: str) -> list[Known]:
    """The bank's entries that get only this stub wrong, by one misconception, and leave the process alive."""
    found = []
    for entry in _wrong():
        ends_process = entry.header.get("expect") in ("timeout", "crashed")
        if len(entry.misconceptions) == 1 and entry.stubs == (stub,) and not ends_process:
            found.append(Known(entry.misconceptions[0], bank.files(entry)[homework().file_of(stub)]))
    return found


@cache
def _right(stub: str) -> Known:
    return Known("", (homework().solved / homework().file_of(stub)).read_text(encoding="utf-8"))
