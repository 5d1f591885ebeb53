"""The wheel, installed into an environment of its own and used outside the checkout."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
import venv
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from autograder import kit
from autograder.homework import homework

PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input")
# What a student's code finds at a place: the outcome of opening it and of listing it.
SPY = """
    import importlib, os
    def attempt(way, *arguments):
        try: return f"{way.__name__}ed" * bool(way(*arguments))
        except (OSError, ImportError) as error: return type(error).__name__
    places = PLACES
    found = [attempt(open, place) for place in places] + [attempt(os.listdir, os.path.dirname(place)) for place in places]
    found += [attempt(importlib.import_module, name) for name in ("autograder.kit", "autograder.checks.reference")]
    raise ValueError(" ".join(sorted(set(found))))
"""


class Installed:
    """An environment with the wheel and the libraries of this one."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        venv.create(folder / "venv", with_pip=False)
        self.folder, self.bin = folder, folder / "venv" / "bin"
        command = [
            *PIP,
            "--python",
            str(self.bin / "python"),
            "install",
            "--no-deps",
            "--no-index",
            str(wheel),
        ]
        subprocess.run(command, check=True, capture_output=True)
        (self.site,) = (folder / "venv").glob("lib/python*/site-packages")
        shared = [path for path in sys.path if os.path.basename(path) in ("site-packages", "dist-packages")]
        # After the installation, so that pip finds no other kit.
        (self.site / "shared.pth").write_text("\n".join(shared) + "\n", encoding="utf-8")

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run ``autograder`` with these arguments, in a folder outside the checkout."""
        variables = {"PATH": "/usr/bin:/bin", "COLUMNS": "200", **environment}
        command = [str(self.bin / "autograder"), *arguments]
        return subprocess.run(command, env=variables, cwd=self.folder, capture_output=True, text=True)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built once."""
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    subprocess.run(command, cwd=kit.ROOT, check=True, capture_output=True)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Iterator[Installed]:
    folder = Path(tempfile.mkdtemp(prefix="vae-wheel-"))
    # Unlike pytest's: what is hidden in it is hidden by the sandbox, not by the folder's mode.
    folder.chmod(0o755)
    try:
        yield Installed(folder, wheel)
    finally:
        shutil.rmtree(folder)


def test_the_wheel_holds_the_kit_and_nothing_that_was_made(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        (metadata,) = (archive.read(name).decode() for name in names if name.endswith("dist-info/METADATA"))
    for folder in ("assignment", "solution", "release", "tests/bank"):
        for path in (kit.ROOT / folder).rglob("*"):
            own = not set(path.relative_to(kit.ROOT).parts) & {
                "__pycache__",
                "dist",
                "runs",
                ".ipynb_checkpoints",
            }
            if path.is_file() and own:
                assert f"autograder/kit/{path.relative_to(kit.ROOT).as_posix()}" in names
    template = "autograder/kit/release/github/template/"  # a repository's hidden files are part of it
    hidden = {name for name in names if "/." in name and not name.startswith(template)}
    assert hidden == {"autograder/kit/assignment/.vscode/tasks.json"}
    assert [name for name in names if "__pycache__" in name or "/dist/" in name] == []
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"autograder"}
    assert "Requires-Python: >=3.10\n" in metadata


def test_the_same_checkout_makes_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=kit.ROOT, check=True, capture_output=True)
    assert (tmp_path / wheel.name).read_bytes() == wheel.read_bytes()


def test_an_editable_install_is_the_checkout_and_copies_nothing(tmp_path: Path) -> None:
    script = f"from hatchling.build import build_editable; build_editable({str(tmp_path)!r})"
    subprocess.run([sys.executable, "-c", script], cwd=kit.ROOT, check=True, capture_output=True)
    (built,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        (link,) = (name for name in archive.namelist() if name.endswith(".pth"))
        assert Path(archive.read(link).decode().strip()) == kit.ROOT
        assert [name for name in archive.namelist() if "vae" in Path(name).parts] == []


def test_the_wheels_own_kit_is_used(installed: Installed) -> None:
    script = (
        "import autograder; from autograder.homework import homework; "
        "print(autograder.__file__, homework().solution, homework().bank)"
    )
    command = [str(installed.bin / "python"), "-I", "-c", script]
    places = subprocess.run(command, cwd="/", capture_output=True, text=True, check=True).stdout.split()
    assert [Path(place).is_relative_to(installed.site) for place in places] == [True] * 3


def spy(installed: Installed) -> str:
    """A student's loss.py that tries to reach what the installed kit hides."""
    engine = installed.site / "autograder"
    hidden = ("kit/solution/vae/loss.py", "kit/solution/lab/theory.toml", "kit/tests/bank/README.md")
    places = [
        str(engine / name) for name in (*hidden, "vae/checks/calibration.json", "vae/checks/test_2_loss.py")
    ]
    assert all(map(os.path.exists, places))
    return textwrap.dedent(SPY).replace("PLACES", repr(places))


@pytest.mark.parametrize("tier", ["namespaces", "landlock"])
def test_grading_outside_of_the_checkout(
    installed: Installed, tmp_path: Path, solution: Mapping[str, bytes], tier: str
) -> None:
    """The solution gets all points, and a student's code can neither read nor list nor import what is installed."""
    for name, files in {"solution": solution, "spy": {"loss.py": spy(installed).encode()}}.items():
        (tmp_path / "class" / name).mkdir(parents=True)
        for file, content in files.items():
            (tmp_path / "class" / name / file).write_bytes(content)
    out = tmp_path / "graded"
    done = installed.run(
        "grade", str(tmp_path / "class"), "--out", str(out), "--jobs", "1", AUTOGRADER_ISOLATION=tier
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with open(out / "grades.csv", encoding="utf-8-sig", newline="") as file:
        scores = {row["submission"]: float(row["score"]) for row in csv.DictReader(file)}
    assert scores == {"solution": 100, "spy": 0}
    result = json.loads((out / "results" / "spy.json").read_text(encoding="utf-8"))
    if result["isolation"] != tier:
        pytest.skip(f"this machine holds student code by {result['isolation']} at most, not by {tier}")
    (text,) = {
        check["values"]["text"] for check in result["checks"] if check["values"].get("kind") == "ValueError"
    }
    refused = {"namespaces": "FileNotFoundError", "landlock": "PermissionError"}[tier]
    assert set(text.split()) == {refused, "ModuleNotFoundError"}


def test_audit_with_a_bank_of_ones_own(installed: Installed, tmp_path: Path) -> None:
    (tmp_path / "wrong").mkdir()
    shutil.copy(homework().bank / "wrong" / "kl_divergence--missing-half.py", tmp_path / "wrong")
    done = installed.run("audit", "--bank", str(tmp_path), "--jobs", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"1 entries graded with seed \d+ in [\d.]+ minutes: 0 misses", done.stdout)


def test_the_written_questions_are_known(installed: Installed, tmp_path: Path) -> None:
    (tmp_path / "grades.csv").write_text(
        "submission,score,max_score,status\nkim,90,100,graded\n", encoding="utf-8"
    )
    done = installed.run("join", str(tmp_path / "grades.csv"), str(tmp_path / "written.csv"))
    assert done.returncode == 0, done.stdout + done.stderr
    header, row = (tmp_path / "written.csv").read_text(encoding="utf-8-sig").splitlines()
    assert header.startswith("submission,") and row.startswith("kim,")


def test_the_wheel_makes_the_zip_for_gradescope_that_the_checkout_makes(
    installed: Installed, tmp_path: Path
) -> None:
    for python, root, out in (
        (sys.executable, kit.ROOT, tmp_path / "checkout.zip"),
        (str(installed.bin / "python"), installed.site / "autograder" / "kit", tmp_path / "wheel.zip"),
    ):
        script = root / "release" / "gradescope" / "make_zip.py"
        subprocess.run([python, str(script), str(out)], cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "checkout.zip").read_bytes() == (tmp_path / "wheel.zip").read_bytes()


@pytest.mark.parametrize("version", ["3.10", "3.11", "3.12", "3.13", "3.14"])
def test_every_python_that_is_promised_can_read_the_code(version: str, wheel: Path, tmp_path: Path) -> None:
    """Compiles all of it, and imports what needs no library. Skips a Python that is not installed here."""
    python = interpreter(version)
    if python is None:
        pytest.skip(f"Python {version} is not installed here")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    compiling = [python, "-I", "-m", "compileall", "-q", "-x", "tests/bank", str(tmp_path / "autograder")]
    modules = "kit" if version == "3.10" else "kit, run, intake"  # they read TOML: 3.10 needs tomli
    script = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from autograder import {modules}"
    for command in (compiling, [python, "-I", "-c", script]):
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def interpreter(version: str) -> str | None:
    """The path of a Python of this version, or None: this one, pyenv's, or one on the PATH."""
    if sys.version_info[:2] == tuple(map(int, version.split("."))):
        return sys.executable
    found = sorted(Path("~/.pyenv/versions").expanduser().glob(f"{version}.*/bin/python"))
    return str(found[-1]) if found else shutil.which(f"python{version}")
