"""Which known mistake is this? A failing stub is called once more on fixed inputs, and so is every known mistake.

A mistake is named when everything that came back (types, shapes, values, gradients, parameters,
exceptions) agrees with the bank's entries of one misconception and with no other. No match, no guess.
Points are never decided here; the inputs are fixed, so that each known mistake is called only once, see ``remembered``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import Any

import torch

from autograder import bank, kit
from autograder.checks import remembered, tasks
from autograder.checks.inputs import LEAST, Draw
from autograder.sandbox.client import StudentRaised
from autograder.sandbox.conversation import Student
from autograder.sandbox.wire import Array

SEED = 20131220  # the day of arXiv:1312.6114; any number would do
RELATIVE, ABSOLUTE = 2e-4, 2e-6
Call = tuple[str, dict[str, Any]]
Ask = Callable[[str, dict[str, Any]], Any]
Desk = Callable[[], Student]


@cache
def calls(stub: str) -> tuple[Call, ...]:
    """The probes that tell a stub's known mistakes apart, with their arguments."""
    draw = Draw(SEED)
    if stub == "reparameterize":
        given = {"mu": draw.normal("mu", 5, 3), "log_var": draw.uniform("log_var", -6, 6, 5, 3)}
        edge = {"mu": 9 * draw.normal("mu edge", 8, 4), "log_var": draw.log_var("edge", -9.9, 9.9, 8, 4)}
        one = {"mu": given["mu"][:1], "log_var": given["log_var"][:1]}
        return (
            ("reparameterize", {**given, "cotangent": draw.normal("cotangent", 5, 3), "calls": 2}),
            ("reparameterize", {**given, "training": False, "no_grad": True}),
            ("reparameterize", {**edge, "cotangent": torch.ones(8, 4), "training": False}),
            ("reparameterize", one),
            ("reparameterize_device", given),
        )
    if stub in ("reconstruction_loss", "kl_divergence", "loss_function"):
        return tuple(("loss", {"function": stub, **arguments}) for arguments in _loss_calls(stub, draw))
    if stub in ("train_epoch", "train"):
        return _training_calls(stub)
    return _latent_calls(stub, draw)


def _loss_calls(stub: str, draw: Draw) -> Iterator[dict[str, Any]]:
    for count, latent_dim in ((3, 5), (1, 4)):
        pixels = {"recon_x": draw.probabilities(f"p {count}", count), "x": draw.images(f"x {count}", count)}
        codes = {
            "mu": draw.normal(f"mu {count}", count, latent_dim),
            "log_var": draw.uniform(f"log_var {count}", -4, 4, count, latent_dim),
        }
        both = {"reconstruction_loss": pixels, "kl_divergence": codes, "loss_function": {**pixels, **codes}}
        wrt = [name for name in both[stub] if name != "x"]
        yield {"arguments": both[stub], "wrt": wrt}
        if "mu" in both[stub]:
            wide = {**both[stub], "log_var": codes["log_var"] * 2.3}
            yield {"arguments": wide, "wrt": wrt, "as_views": True}
        if "x" in both[stub]:
            yield {"arguments": {**both[stub], "x": pixels["x"].flatten(1)}, "wrt": []}
            yield {"arguments": {**both[stub], "recon_x": (pixels["x"].flatten(1) < 0.5).float()}, "wrt": []}
        if stub == "loss_function":  # the one case with a KL divergence above the reconstruction loss
            x = pixels["x"].round()
            perfect = {"recon_x": x.flatten(1).clamp(LEAST, 1 - LEAST), "x": x}
            yield {"arguments": {**perfect, **codes, "mu": 9 * codes["mu"]}, "wrt": []}
            yield {"arguments": {**pixels, "mu": codes["mu"] / 9, "log_var": codes["log_var"] / 9}, "wrt": []}
    many = {"recon_x": draw.probabilities("p many", 130), "x": 0.1 + 0.6 * draw.images("x many", 130)}
    if stub == "kl_divergence":
        many = {"mu": draw.normal("mu many", 130, 40), "log_var": draw.log_var("many", -9.5, 9.5, 130, 40)}
        far = {"mu": draw.normal("mu far", 5, 23), "log_var": draw.uniform("far", 4, 9, 5, 23)}
        yield {"arguments": far, "wrt": []}
    if stub == "loss_function":
        yield {"arguments": {**pixels, **codes}, "wrt": [], "no_grad": True}
    else:
        yield {"arguments": many, "wrt": []}


def _training_calls(stub: str) -> tuple[Call, ...]:
    task = tasks.training_task(SEED)
    few = {name: task["data"][name][:9] for name in ("images", "labels")}  # batches of 4, 4 and 1
    task = {**task, "data": {**task["data"], **few}}
    if stub == "train_epoch":
        longer_steps = {**tasks.OPTIMIZER, "options": {**tasks.OPTIMIZER["options"], "lr": 1e-3}}
        rest: dict[str, Any] = {"loss": tasks.WEIGHTS, "optimizer": longer_steps}
        harder = [tasks.long_task(SEED), tasks.wide_task(SEED)]
    else:
        rest = {"epochs": 3, "learning_rate": tasks.LEARNING_RATE}
        harder = [tasks.overshooting_task(SEED), tasks.patient_task(SEED)]
    device = (f"{stub}_device", {**task, **rest})
    first, *others = [(stub, {**given, "device": "cpu"}) for given in ({**task, **rest}, *harder)]
    return (first, device, *others)


def _latent_calls(stub: str, draw: Draw) -> tuple[Call, ...]:
    model = tasks.plain_model(SEED)
    if stub == "generate":
        readable = tasks.readable_model(SEED)
        rounds = [
            {"function": stub, "model": readable, "arguments": {"count": n, "device": "cpu"}}
            for n in (1, 6, 6, 40)
        ]
        device = {"function": stub, "model": readable, "arguments": {"count": 3}}
        return (*(("latent", each) for each in rounds), ("latent_device", device))
    if stub == "interpolate":
        given = tasks.ends(draw)
        back = {"x_start": given["x_end"], "x_end": given["x_start"]}
        nowhere = {**given, "x_end": given["x_start"]}
        arguments = [{**given, "steps": steps} for steps in (2, 5, 40)]
        arguments[1:1] = [{**images, "steps": 4} for images in (back, nowhere)]
    else:
        arguments = [{**tasks.damaged(draw, count), "iterations": n} for count, n in ((1, 1), (3, 3), (7, 2))]
    rounds = [{"function": stub, "model": model, "arguments": each} for each in arguments]
    return (*(("latent", each) for each in rounds), ("latent_device", rounds[-1]))


def answer(ask: Ask, call: Call) -> Any:
    """What comes back of one call; an exception is its type and text."""
    try:
        return ask(*seeded(call))
    except StudentRaised as raised:
        return _exception(raised)


def first_answers(desk: Student, stub: str, sources: list[str]) -> list[Any]:
    """What each of several versions of the stub's file answers to the first call, asked for all at once."""
    probe, arguments = seeded(calls(stub)[0])
    outcomes = desk.ask("each", file=bank.STUBS[stub], sources=sources, probe=probe, arguments=arguments)
    return [
        outcome["value"] if "value" in outcome else _exception(StudentRaised(outcome["raised"]))
        for outcome in outcomes
    ]


def seeded(call: Call) -> Call:
    """The same call with all random numbers fixed."""
    probe, arguments = call
    return "seeded", {"seed": SEED, "probe": probe, "arguments": arguments}


def _exception(raised: StudentRaised) -> tuple[str, str, str]:
    # A recursion's text says what was being called when the stack was full.
    return "raised", raised.kind, "" if raised.kind == "RecursionError" else raised.text


@dataclass(frozen=True)
class Known:
    """A stub as the kit knows it: the instructor's, which has no name, or one with a misconception's."""

    name: str
    source: str

    @cached_property
    def key(self) -> str:
        return remembered.key(self.source)


@dataclass
class Answers:
    """What the known ones answer: all to the first call, as soon as one is needed, and to more only as far as needed."""

    stub: str
    kept: remembered.Answers
    grown: bool = False

    def begin(self, known: list[Known], desk: Desk) -> None:
        """Have those answer the first call that never have, in this process or in another one."""
        if any(each.key not in self.kept for each in known):
            self.kept = {**self.kept, **remembered.read(self.stub)}
        new = [each for each in known if each.key not in self.kept]
        if new:
            found = first_answers(desk(), self.stub, [each.source for each in new])
            self.kept.update((each.key, [answer]) for each, answer in zip(new, found, strict=True))
            self.grown = True

    def agree(self, known: Known, student: list[Any], desk: Desk) -> bool:
        """Whether every call brings the same answer from both. ``desk()`` is where the known one is called."""
        for index, theirs in enumerate(student):
            if index >= len(self.kept.get(known.key, ())):
                process = desk()
                # From the beginning, and all of what was needed so far: some mistakes remember earlier calls.
                process.ask("load", files={bank.STUBS[self.stub]: known.source}, modules=[])
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

    ``ask`` performs a probe with the student's code; ``desk`` gives another sealed process, for the known ones that
    have not been called before.
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
    """Read what is known of all stubs, for a process that others will be forked from: a third of a second."""
    for stub in bank.STUBS:
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
    return bank.entries(kit.BANK, "wrong")


@cache
def _known(stub: str) -> list[Known]:
    """The bank's entries that get this stub alone wrong and leave the process alive."""
    found = []
    for entry in _wrong():
        ends_process = entry.header.get("expect") in ("timeout", "crashed")
        if len(entry.misconceptions) == 1 and entry.stubs == (stub,) and not ends_process:
            found.append(Known(entry.misconceptions[0], bank.files(entry)[bank.STUBS[stub]]))
    return found


@cache
def _right(stub: str) -> Known:
    return Known("", (kit.SOLUTION / "vae" / bank.STUBS[stub]).read_text(encoding="utf-8"))
