"""Answers of known mistakes, kept for the next run: a machine asks for each once, and never keeps a wrong one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from autograder import grading
from autograder.checks import bank, diagnosis, remembered
from autograder.homework import homework
from autograder.run import Run
from autograder.sandbox.client import WarmParent
from autograder.sandbox.encoding import Array, Foreign

STUB = "kl_divergence"
ANSWER = {
    "value": Array("float32", (2, 1), "cpu", True, True, torch.tensor([[1.5], [float("nan")]])),
    "gradients": {"mu": Array("float32", (3,), "meta", False, True, None)},
    "raised": ("raised", "ValueError", "한글"),
    "object": Foreign("numpy.ndarray"),
    "numbers": [1, 0.5, float("inf"), None, True],
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache for this test only, and a process that has asked for nothing yet."""
    monkeypatch.setattr(remembered, "FOLDER", tmp_path / "known")
    diagnosis._answers.cache_clear()
    yield tmp_path / "known"
    diagnosis._answers.cache_clear()


def same(first: Any, second: Any) -> bool:
    return diagnosis.alike(first, second)


def test_what_is_written_is_read_again() -> None:
    remembered.write(STUB, {"a": [ANSWER, ANSWER]})
    (read,) = remembered.read(STUB).values()
    assert len(read) == 2 and same(read[1], ANSWER)
    assert not same(read[1], {**ANSWER, "object": Foreign("list")})
    assert remembered.read("train") == {}


def test_of_several_processes_answers_nothing_is_lost() -> None:
    remembered.write(STUB, {"a": [1], "b": [1, 2, 3]})
    remembered.write(STUB, {"b": [1], "c": [1]})
    assert remembered.read(STUB) == {"a": [1], "b": [1, 2, 3], "c": [1]}


@pytest.mark.parametrize(
    "content",
    [b"", b"VAE1", b"x" * 100, b"VAE1\x02\0\0\0\0\0\0\0\0\0\0\0[]", b"VAE1\xff\0\0\0\0\0\0\0\0\0\0\0{}"],
)
def test_what_can_not_be_read_is_written_anew(folder: Path, content: bytes) -> None:
    folder.mkdir()
    (folder / f"{STUB}.answers").write_bytes(content)
    assert remembered.read(STUB) == {}
    remembered.write(STUB, {"a": [1]})
    assert remembered.read(STUB) == {"a": [1]}


def test_another_kit_s_answers_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    remembered.write(STUB, {"a": [1]})
    monkeypatch.setattr(remembered, "fingerprint", lambda: "another")
    assert remembered.read(STUB) == {}
    remembered.write(STUB, {"b": [2]})
    assert remembered.read(STUB) == {"b": [2]}


@pytest.mark.parametrize("place", ["~nobody-of-this-name/known", "a file"])
def test_where_nothing_can_be_kept_nothing_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    (tmp_path / "a file").write_text("")
    monkeypatch.setattr(remembered, "FOLDER", tmp_path / place if place == "a file" else Path(place))
    remembered.write(STUB, {"a": [1]})
    assert remembered.read(STUB) == {}


def test_a_mistake_is_named_the_same_with_and_without_calling_the_known_ones(
    warm_parent: WarmParent, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second time, only the student's own process is started."""
    entry = next(
        e for e in bank.entries(homework().bank, "wrong") if e.stubs == (STUB,) and len(e.misconceptions) == 1
    )
    handed_in = bank.submission(entry)
    started: list[object] = []
    student = WarmParent.student
    monkeypatch.setattr(
        WarmParent, "student", lambda self, *a, **k: (started.append(a), student(self, *a, **k))[1]
    )
    named = []
    for _ in range(2):
        started.clear()
        diagnosis._answers.cache_clear()
        named.append((grading.known_mistake(handed_in, run, warm_parent, "loss", STUB), len(started)))
    assert named == [(entry.misconceptions[0], 2), (entry.misconceptions[0], 1)]


def test_what_another_process_has_asked_since_is_not_asked_again(warm_parent: WarmParent, run: Run) -> None:
    diagnosis.recall()
    early = diagnosis._answers(STUB)
    assert early.kept == {}
    diagnosis._answers.cache_clear()
    (entry, *_) = (e for e in bank.entries(homework().bank, "wrong") if e.stubs == (STUB,))
    assert grading.known_mistake(bank.submission(entry), run, warm_parent, "loss", STUB)
    known = diagnosis._known(STUB)
    early.begin(known, lambda: pytest.fail("a process was started"))
    assert {each.key for each in known} <= early.kept.keys()
