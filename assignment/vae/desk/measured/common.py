# Generated from the grader's readings: a change here would be overwritten.
"""Readings that several stubs share: exceptions, what is returned, changed arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from vae.desk.measured.measured import Reading, Said, Seen, Unclear, Values, raising
from vae.desk.measured.encoding import Array, Foreign

def raises(spared: str = "-") -> list[Reading]:
    """The exception that every question meets, or the smallest question that meets one where others do not.

    ``spared``: how questions begin that ask other functions, or are too large for code that is only slow.
    """

    def always(seen: Seen) -> Said | None:
        kinds = [kind for name, kind in raising(seen) if not name.startswith(spared)]
        if len(kinds) < sum(not name.startswith(spared) for name in seen.questions) or len(set(kinds)) > 1:
            return None
        texts = [str(outcome.get("raised")) for outcome in seen.outcomes.values()]
        cuda = any("CUDA" in text or "NVIDIA" in text for text in texts)
        known = {"NotImplementedError": "not-finished"}
        otherwise = "hard-coded-device" if cuda else "crashes-when-called"
        return Said({"raised": kinds[0]}, known.get(kinds[0], otherwise))

    def kinds(seen: Seen) -> dict[str, set[str | None]]:
        """What the questions met that are written alike: exceptions, or None."""
        found: dict[str, set[str | None]] = {}
        for name, question in seen.questions.items():
            if not name.startswith(spared):
                found.setdefault(question.called, set()).add(seen.raised(name))
        return found

    def sometimes(seen: Seen) -> Said | None:
        sure = {called: met for called, (met, *more) in kinds(seen).items() if not more}
        works = next((called for called, met in sure.items() if met is None), None)
        failing = next((called for called, met in sure.items() if met is not None), None)
        if failing is None or works is None:
            return None
        return Said({"raised": sure[failing], "called": failing, "works": works})

    def predicts(values: Values, seen: Seen) -> bool:
        met = kinds(seen)
        return met.get(values["called"]) == {values["raised"]} and met.get(values["works"]) == {None}

    return [Reading("raises", always, ends=True), Reading("raises_for", sometimes, predicts)]


def kind(value: Any, sizes: Mapping[int, str]) -> str:
    """A returned value in a word or two. Lengths of axes are named by ``sizes``, such as {3: "N"}."""
    if isinstance(value, Array):
        axes = ", ".join(sizes.get(size, str(size)) for size in value.shape)
        return f"tensor ({axes})" if value.shape else "scalar tensor"
    if isinstance(value, Foreign):
        return value.type
    if isinstance(value, (list, tuple)):
        return f"{type(value).__name__} of {len(value)}"
    return type(value).__name__


def returns(
    questions: Mapping[str, Mapping[int, str]], asked: str, misconceptions: Mapping[str, str]
) -> Reading:
    """What is returned in place of what is ``asked`` for: the same kind for all these questions (with their sizes).

    ``misconceptions``: by the beginning of what is returned.
    """

    def read(seen: Seen) -> Said | None:
        kinds = {kind(value_of(seen, name), sizes) for name, sizes in questions.items()}
        yours = kinds.pop()
        if kinds or yours == asked:
            return None
        known = (name for begin, name in misconceptions.items() if yours.startswith(begin))
        return Said({"yours": yours, "asked": asked}, next(known, None))

    return Reading("returns", read, ends=True)


def value_of(seen: Seen, name: str) -> Any:
    """What the student's function returned. Raises Unclear if the answer is not a probe's."""
    return part_of(seen.answer(name), "value")


def part_of(answer: Any, name: str) -> Any:
    """One entry of a probe's answer, or of the first of several. Raises Unclear if there is none."""
    answer = answer[0] if isinstance(answer, list) and answer else answer
    if not isinstance(answer, dict) or name not in answer:
        raise Unclear
    return answer[name]


def changes(*names: str) -> Reading:
    """An argument that is changed in place, in each of these questions."""

    def read(seen: Seen) -> Said | None:
        changed = [_changed(seen.given(name), part_of(seen.answer(name), "after")) for name in names]
        if not changed[0] or any(each != changed[0] for each in changed):
            return None
        return Said({"argument": changed[0]}, "input-edited")

    return Reading("changes", read)


def _changed(given: Mapping[str, Any], after: Any) -> str | None:
    """The first argument that is not what it was."""
    arguments = given.get("arguments", given)
    for name, before in arguments.items():
        left = after.get(name) if isinstance(after, dict) else None
        if not isinstance(before, torch.Tensor) or not isinstance(left, Array) or left.data is None:
            continue
        if left.data.shape != before.shape or not torch.equal(left.data, before):
            return str(name)
    return None
