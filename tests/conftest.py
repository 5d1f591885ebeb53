"""Fixtures that the engine's tests share: one warm parent per tier, and submissions of a few lines."""

from __future__ import annotations

import os
import shutil
import tempfile
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

# Before numpy is imported: its threads would not survive the forks of test_defences.py. The student's desk speaks English
# wherever no test says otherwise.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", LC_ALL="C.UTF-8")
import torch

from autograder import isolation, kit
from autograder.homework import homework
from autograder.intake import Source, Submission, load
from autograder.run import Run
from autograder.sandbox.client import WarmParent
from autograder.sandbox.seal import Limits
from autograder.vae.probes import probes  # noqa: F401 - else each fork would preload them
from tests.console import Command, command

torch.set_num_threads(1)
collect_ignore = ["other_homework"]  # its checks are run by the engine, on submissions


@pytest.fixture(scope="session")
def warm_parent() -> Iterator[WarmParent]:
    """A warm parent of the strongest tier that this machine has."""
    parent = isolation.launch()
    yield parent
    parent.close()


@pytest.fixture(scope="session")
def landlock_parent() -> Iterator[WarmParent]:
    """A warm parent without namespaces, as in a container."""
    parent = isolation.launch("landlock")
    yield parent
    parent.close()


@pytest.fixture(params=["namespaces", "landlock"])
def sealed(request: pytest.FixtureRequest) -> WarmParent:
    """A warm parent of each isolated tier in turn."""
    name = {"namespaces": "warm_parent", "landlock": "landlock_parent"}[request.param]
    parent: WarmParent = request.getfixturevalue(name)
    if parent.tier != request.param:
        pytest.skip(f"this machine holds student code by {parent.tier} at most, not by {request.param}")
    return parent


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A folder for TMPDIR. Unlike tmp_path, students' users can pass through it and its path fits a socket."""
    with tempfile.TemporaryDirectory(prefix="vae-test-") as folder:
        os.chmod(folder, 0o711)
        yield Path(folder)


@pytest.fixture(scope="session")
def mnist_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with MNIST for ``--data-root``, copied from the archives beside this repository."""
    archives = kit.ROOT.parent / "shared" / "data" / "MNIST" / "raw"
    if not archives.is_dir():
        pytest.skip("the MNIST archives are not beside this repository, so nothing was tried on MNIST")
    root = tmp_path_factory.mktemp("mnist")
    shutil.copytree(archives, root / "MNIST" / "raw")
    return root


@pytest.fixture(scope="session")
def small() -> Limits:
    """Limits that runaway code reaches within a second."""
    return replace(homework().limits(), cpu_seconds=1, memory_mb=300)


Attempt = Callable[..., Any]


@pytest.fixture(scope="session")
def attempt(small: Limits) -> Attempt:
    """Run lines of a student's code in a sealed process: ``answer = attempt(parent, source)``.

    The source becomes loss.py. Its function ``attack`` is called ``asks`` times, and the last answer is
    returned as the grader receives it. Raises whatever ``Student.ask`` raises.
    """

    def attempted(
        parent: WarmParent,
        source: str,
        limits: Limits = small,
        wall_seconds: float = 30,
        asks: int = 1,
        seed: int = 1,
    ) -> Any:
        text = textwrap.dedent(source) + "\nif 'attack' in globals():\n    reconstruction_loss = attack\n"
        answer = None
        with parent.student(limits, wall_seconds, seed) as student:
            student.ask("load", files={"__init__.py": "", "loss.py": text}, modules=["loss"])
            for _ in range(asks):
                answer = student.ask("loss", function="reconstruction_loss", arguments={}, wrt=[])
        return answer["value"]

    return attempted


@pytest.fixture(scope="session")
def solution() -> dict[str, bytes]:
    return _files(homework().solution)


@pytest.fixture(scope="session")
def skeleton() -> dict[str, bytes]:
    return _files(homework().handout)


def _files(root: Path) -> dict[str, bytes]:
    return {name: (root / "vae" / name).read_bytes() for name in homework().files}


@pytest.fixture
def autograder(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """``ended = autograder("grade", ...)``: run the console script in this process."""
    return command(monkeypatch, capsys)


@pytest.fixture
def kit_at(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], None]]:
    """``kit_at(folder)``: use the hand-out, solution, bank and recipes in that folder."""

    def moved(folder: Path) -> None:
        monkeypatch.setattr(kit, "ROOT", folder)
        homework.cache_clear()

    yield moved
    homework.cache_clear()


Files = Mapping[str, bytes | str]


@pytest.fixture
def put_in(tmp_path: Path) -> Callable[..., Path]:
    """``folder = put_in({"kim": files, "lee": files})``: make a class with one folder per student."""

    def written(students: Mapping[str, Files], folder: Path = tmp_path / "class") -> Path:
        for name, files in students.items():
            (folder / name).mkdir(parents=True, exist_ok=True)
            for file, content in files.items():
                (folder / name / file).write_bytes(content.encode() if isinstance(content, str) else content)
        return folder

    return written


@pytest.fixture
def handed_in(put_in: Callable[..., Path], tmp_path: Path) -> Callable[..., Submission]:
    """``submission = handed_in(files)``: these files as intake reads them."""

    def loaded(files: Files, name: str = "kim") -> Submission:
        put_in({name: files}, tmp_path / "single")
        return load(Source(name, tmp_path / "single" / name))

    return loaded


@pytest.fixture(scope="session")
def run() -> Run:
    return Run(homework(), "digits", None, "cpu", seed=20131220, language="en")
