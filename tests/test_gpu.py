"""``--device cuda``: a process that imports torch for itself, and what happens up to the first call of CUDA.

Beyond that call the tests need a GPU; without one they are skipped, and say so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from autograder import isolation
from autograder.grading import grade
from autograder.homework import homework
from autograder.run import Run
from autograder.sandbox import encoding
from autograder.sandbox.client import WarmParent
from autograder.sandbox.ends import SandboxFault, StudentRaised, TimeLimit
from autograder.sandbox.seal import Limits
from autograder.vae.probes import probes

Attempt = Callable[..., Any]
needs_a_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no GPU here")


@pytest.fixture(scope="module")
def fresh() -> Iterator[WarmParent]:
    """A warm parent without torch, as for a GPU, whose students' processes compute on the CPU."""
    parent = isolation.launch(fresh=True)
    yield parent
    parent.close()


def test_the_parent_of_fresh_processes_has_not_loaded_torch(fresh: WarmParent) -> None:
    holding = [
        file.parent for file in Path("/proc").glob("[0-9]*/maps") if fresh.scratch in command(file.parent)
    ]
    assert len(holding) == 1
    assert "libtorch" not in (holding[0] / "maps").read_text()


def command(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def test_a_fresh_process_is_as_strong_as_a_forked_one(fresh: WarmParent, warm_parent: WarmParent) -> None:
    assert (fresh.tier, fresh.versions) == (warm_parent.tier, warm_parent.versions)


def test_the_solution_scores_100_in_fresh_processes(
    fresh: WarmParent, run: Run, handed_in: Callable[..., Any], solution: Mapping[str, bytes]
) -> None:
    result = grade(handed_in(solution), run, fresh)
    assert (result.score, result.status) == (homework().max_score, "graded")


def test_a_fresh_process_is_sealed(fresh: WarmParent, attempt: Attempt) -> None:
    with pytest.raises(StudentRaised, match=r"FileNotFoundError|PermissionError"):
        attempt(fresh, f"def attack(): return open({__file__!r}).read()")


def test_the_time_for_imports_is_not_the_students(fresh: WarmParent, small: Limits, attempt: Attempt) -> None:
    """Importing torch takes longer than the second that ``small`` gives; CPU time used after it still counts."""
    assert attempt(fresh, "def attack(): return 'here'") == "here"
    with pytest.raises(TimeLimit):
        attempt(fresh, "def attack():\n    while True: pass", small, wall_seconds=90)


def test_arguments_go_to_the_device_of_the_run() -> None:
    sent = {
        "device": "cpu",
        "model": {"state": {"w": torch.ones(2)}},
        "steps": [torch.zeros(1)],
        "name": "cpu",
    }
    unpacked = probes.unpacked(received(sent), "meta")
    assert (unpacked["device"], unpacked["name"]) == ("meta", "cpu")
    assert unpacked["model"]["state"]["w"].device.type == unpacked["steps"][0].device.type == "meta"


def received(sent: Any) -> Any:
    return encoding.decode(*encoding.encode(sent))


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_no_process_starts_and_no_student_pays(
    run: Run, handed_in: Callable[..., Any], solution: Mapping[str, bytes]
) -> None:
    parent = isolation.launch("weak", device="cuda")
    try:
        with pytest.raises(SandboxFault, match=r"NVIDIA|CUDA"):
            grade(handed_in(solution), replace(run, device="cuda"), parent)
    finally:
        parent.close()


@needs_a_gpu
def test_the_solution_scores_100_on_the_gpu(
    run: Run, handed_in: Callable[..., Any], solution: Mapping[str, bytes]
) -> None:
    parent = isolation.launch(device="cuda")
    try:
        result = grade(handed_in(solution), replace(run, device="cuda"), parent)
    finally:
        parent.close()
    assert (result.score, result.isolation) == (homework().max_score, isolation.at_most())
