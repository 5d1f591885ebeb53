"""Training as it was traced: passes of the network with the parameters before each, gradients, and the steps between."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from autograder.checks.measured import Reading, Said, Seen, Unclear, Values, agree, tensor
from autograder.vae.measure import common
from autograder.vae.measure.traces import SHAPES, SIZES, batches, moved, passes, start

ROOM = 5  # how much further off an answer is than is said, as the next draw may be less
SAME = 1e-4  # relative difference between two computations in float32


def off(
    id: str, share: Callable[[Seen, str], float], names: Sequence[str], limits: Sequence[float]
) -> Reading:
    """What can be said if nothing else can: by more than how many per cent the answers to these questions are off at most.

    ``share``: how far off the answer to one question is, 1 for wholly.
    """

    def most(seen: Seen) -> float:
        shares = []
        for name in names:
            with contextlib.suppress(Unclear):
                shares.append(100 * share(seen, name))
        return max(shares, default=0.0)

    def read(seen: Seen) -> Said | None:
        passed = [limit for limit in limits if most(seen) >= ROOM * limit]
        called = "; ".join(seen.questions[name].called for name in names if name in seen.questions)
        return Said({"called": called, "percent": max(passed)}) if passed else None

    def predicts(values: Values, seen: Seen) -> bool:
        return most(seen) >= values["percent"]

    return Reading(id, read, predicts, ends=True)


def describe(got: Any, asked: str, known: Mapping[str, Tensor], guess: str = "") -> str:
    """What a tensor is, in terms of known ones (N, K): ``asked`` itself, another, or a simple function of it.

    ``guess`` is what another tensor was: limits that this one does not reach are seen only there.
    """
    right = known[asked]
    value = getattr(got, "data", got)
    if not isinstance(value, Tensor) or not value.numel() or value.numel() % len(right):
        raise Unclear
    value = value.double().reshape(len(right), -1)
    if not all(bool(torch.isfinite(each).all()) for each in (value, *known.values())):
        raise Unclear
    limits = re.fullmatch(rf"clamp\({asked}, (\S+), (\S+)\)", guess)
    if limits and _same(value, right.clamp(*map(float, limits.groups()))):
        return guess
    for name in (asked, *known):
        if _same(value, known[name]):
            return name
    if value.shape != right.shape:
        raise Unclear
    low, high = float(value.min()), float(value.max())
    if _same(value, right.clamp(low, high)):
        least = f"{low:.3g}" if low > right.min() + SAME else "-inf"
        return f"clamp({asked}, {least}, {f'{high:.3g}' if high < right.max() - SAME else 'inf'})"
    if bool(((value == low) | (value == high)).all()):
        return f"{{{low:.3g}, {high:.3g}}}"
    columns = torch.stack([right.flatten(), torch.ones(right.numel(), dtype=right.dtype)], 1)
    slope, shift = torch.linalg.lstsq(columns, value.reshape(-1, 1)).solution.flatten().tolist()
    if not _same(value, slope * right + shift):
        return f"≠ {asked}"
    return combined({asked: slope, "1": shift if abs(shift) > SAME else 0.0})


def _same(first: Tensor, second: Tensor) -> bool:
    return first.shape == second.shape and bool(
        (first - second).abs().max() <= SAME * (1 + second.abs().max())
    )


def told(asked: str, found: set[str], misconception: str | None) -> Said | None:
    """What was the same in all passes, if it is not what was asked for."""
    if len(found) != 1 or asked in found:
        return None
    return Said({"yours": found.pop(), "asked": asked}, misconception)


def guessing(read: Callable[[Seen, str], Said | None]) -> Callable[[Values, Seen], bool]:
    """Whether a reading that takes a guess says the same, guessing what was said."""

    def predicts(values: Values, seen: Seen) -> bool:
        again = read(seen, values["yours"])
        return again is not None and agree(values, again.values)

    return predicts


def still(names: Sequence[str]) -> Reading:
    """Whether no parameter moves, though others may have been trained, or those that were given back."""

    def read(seen: Seen) -> Said | None:
        if any(bool(moved(seen, name).any()) for name in names):
            return None
        shown = set()
        for name in names:
            answer, before = seen.answer(name), start(seen, name)
            found = common.part_of(answer, "passes")
            for each in found if isinstance(found, list) else ():
                kept = torch.equal(tensor(common.part_of(each, "parameters"), len(before)), before)
                own = common.part_of(each, "own") is True
                left = "epoch-no-step" if answer.get("gradients") is True else None
                shown.add(left if kept and own else "train-copy-trained")
        return Said(
            {}, next((each for each in ("train-copy-trained", "epoch-no-step") if each in shown), None)
        )

    return Reading("nothing_moves", read, ends=True)


def frozen(names: Sequence[str]) -> Reading:
    """Which parameters do not move, or can't any more."""

    def read(seen: Seen) -> Said | None:
        found = []
        for name in names:
            parts = moved(seen, name).split(SIZES)
            found.append([key for key, part in zip(SHAPES, parts, strict=True) if not bool(part.any())])
            if not found[-1] and common.part_of(seen.answer(name), "trainable") is not True:
                found[-1] = ["requires_grad"]
        if found[0] in ([], [*SHAPES]) or any(each != found[0] for each in found):
            return None
        return Said({"parameters": ", ".join(found[0])}, "part-of-model-frozen")

    return Reading("frozen", read, ends=True)


def networks(names: Sequence[str]) -> tuple[Reading, ...]:
    """What the network gets in place of the loader's images, and whether it learns in evaluation mode."""

    def fed(seen: Seen, guess: str = "") -> Said | None:
        found = set()
        for name in names:
            given, learning = batches(seen, name), passes(seen, name)
            if len(learning) != len(given):
                raise Unclear
            found |= {describe(p.images, "x", {"x": x}, guess) for p, x in zip(learning, given, strict=True)}
        return told("x", found, "epoch-input-changed")

    def evaluating(seen: Seen) -> Said | None:
        training = any(p.training for name in names for p in passes(seen, name))
        return None if training else Said({}, "epoch-mode")

    return Reading("network_gets", fed, guessing(fed), ends=True), Reading(
        "evaluation_mode", evaluating, ends=True
    )


def surroundings(names: Sequence[str]) -> tuple[Reading, ...]:
    """Whether batches share their random numbers, and whether tensors stay on the CPU though told otherwise."""

    def noise(seen: Seen) -> Said | None:
        repeated = all(common.part_of(seen.answer(name), "fresh_noise") is False for name in names)
        return Said({}, "training-noise-repeated") if repeated else None

    def mixes(seen: Seen) -> Said | None:
        answer = seen.answer("device")
        wrong = common.part_of(answer, "mixed") is True or answer.get("moved") is False
        return Said({}, "hard-coded-device") if wrong else None

    return Reading("noise_repeats", noise, ends=True), Reading("mixes_devices", mixes, ends=True)


def combined(weights: Mapping[str, float]) -> str:
    """A weighted sum as text. The name 1 stands for a constant."""
    text = ""
    for name, weight in weights.items():
        size, sign = f"{abs(weight):.3g}", "-" if weight < 0 else "+"
        term = size if name == "1" else name if abs(abs(weight) - 1) < 2e-3 else f"{size}*{name}"
        text += f" {sign} {term}" if weight else ""
    return text.removeprefix(" + ").strip() or "0"


def numbered(weights: Sequence[float], of: str) -> str:
    """A weighted sum of numbered terms as text."""
    return combined({f"{of}_{index}": weight for index, weight in enumerate(weights, start=1)})
