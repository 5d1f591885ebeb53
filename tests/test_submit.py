"""`python -m vae submit`: what it packs is what the grader reads, down to the hash; and the hand-out's zip."""

import importlib
import importlib.util
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from autograder.intake import find, load

ROOT = Path(__file__).resolve().parents[1]
ASSIGNMENT, SOLUTION = ROOT / "assignment", ROOT / "solution"
FILES = ("model.py", "loss.py", "training.py", "latent.py")
RECIPE = runpy.run_path(str(ROOT / "release" / "student" / "make_zip.py"))


def module(name, folder=ASSIGNMENT):
    """A file of the desk, loaded on its own, because the tests' package vae may be another."""
    spec = importlib.util.spec_from_file_location(name, folder / "vae" / "desk" / f"{name}.py")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


handin = module("handin")


# --- the hash ------------------------------------------------------------------------------------------

TEXT = "import torch\n# 한글\nx = 1\n"
CONTENTS = {
    "plain": TEXT.encode(),
    "Windows's line ends": TEXT.replace("\n", "\r\n").encode(),
    "mixed line ends": b"x = 1\r\ny = 2\nz = 3\r",
    "no line end": b"x = 1",
    "empty": b"",
    "byte order mark": TEXT.encode("utf-8-sig"),
    "UTF-16": TEXT.encode("utf-16"),
    "UTF-16, the other way round": b"\xfe\xff" + TEXT.encode("utf-16-be"),
    "cp949 with its line": "# -*- coding: cp949 -*-\n# 한글\n".encode("cp949"),
    "cp949 without its line": "# 한글\n".encode("cp949"),
    "broken UTF-16": b"\xff\xfex",
    "an unknown encoding": b"# coding: nonsense\n",
    "an encoding that is refused": b"# coding: punycode\nx = 1\n",
    "bytes that are no text": b"x = '\xff'\n",
    "a zero byte": b"x = 1\0\n",
    "1 MB": b"#" * 1_000_000,
    "more than 1 MB": b"#" * 1_000_001,
}


@pytest.mark.parametrize("kind", CONTENTS)
def test_the_desk_has_the_graders_hash(handed_in, kind):
    files = {"model.py": CONTENTS["plain"], "loss.py": CONTENTS[kind]}
    taken = {}
    for name, content in files.items():
        try:
            taken[name] = handin.source(content)
        except handin.Unusable as refused:
            assert re.search("[가-힣]", refused.args[0]) and refused.args[1].isascii()
    submission = handed_in(files)
    assert taken == submission.files
    assert handin.digest(taken) == submission.digest


# --- the command ---------------------------------------------------------------------------------------


def desk(folder, *solved):
    """The hand-out, with some files solved."""
    shutil.copytree(ASSIGNMENT, folder, ignore=shutil.ignore_patterns("__pycache__", ".*", "runs", "lab"))
    for name in solved:
        shutil.copy(SOLUTION / "vae" / name, folder / "vae" / name)
    return folder


def submit(folder, *arguments, typed=""):
    return subprocess.run(
        [sys.executable, "-m", "vae", "submit", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1"},
        input=typed,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )


def printed_hash(done):
    return re.search(r"^hash: ([0-9a-f]{64})$", done.stdout, re.MULTILINE)[1]


def test_the_grader_takes_the_zip_as_it_is(tmp_path):
    folder = desk(tmp_path / "내 과제", *FILES)
    loss = folder / "vae" / "loss.py"
    loss.write_bytes(loss.read_bytes().replace(b"\n", b"\r\n"))  # saved by an editor on Windows
    (folder / "submission-김민수.zip").write_text("an earlier one")
    done = submit(folder, typed="김민수\n")
    assert done.returncode == 0, done.stderr
    assert "do not pass yet" not in done.stderr  # everything is finished
    made = tmp_path / "class" / "submission-김민수.zip"
    made.parent.mkdir()
    shutil.copy(folder / made.name, made)
    (source,) = find(made.parent)
    submission = load(source)
    assert submission.name == "submission-김민수"
    assert submission.files == {name: (folder / "vae" / name).read_bytes() for name in FILES}
    assert submission.problems == {} and submission.notes == ()
    assert submission.digest == printed_hash(done)
    with zipfile.ZipFile(made) as packed:
        manifest = json.loads(packed.read("manifest.json"))
        assert packed.namelist() == [*(f"vae/{name}" for name in FILES), "manifest.json"]
        assert all(name in done.stdout for name in packed.namelist())
    assert (manifest["id"], manifest["digest"]) == ("김민수", submission.digest)
    assert manifest["public_checks_not_passed"] == []
    assert not list(folder.glob("*.part"))


BLANK = {"sheet": "lab/theory.ko.md", "notebook": "lab/lab.en.ipynb", "nbgrader's notebook": "lab.ipynb"}
MARK = {"sheet": "*답을 여기에 쓰세요.*", "notebook": "*답을 여기에 쓰세요. / Write your answer here.*"}


@pytest.mark.parametrize("kind", BLANK)
def test_written_answers_go_into_the_zip(tmp_path, kind):
    """Only files that hold an answer go into it, and the grader has no remarks about them."""
    folder = desk(tmp_path / "desk", *FILES)
    shutil.copytree(ASSIGNMENT / "lab", folder / "lab")
    shutil.copy(folder / "lab" / "lab.ko.ipynb", folder / "lab.ipynb")
    answered, mark = folder / BLANK[kind], MARK[kind.split()[-1]]
    text = answered.read_text(encoding="utf-8")
    assert f"{mark}\n" in text or f'{mark}"' in text
    answered.write_text(text.replace(mark, "적분이 어렵습니다.", 3), encoding="utf-8")
    count = 2 if kind == "sheet" else 3  # the sheet's first mark is in its instructions
    done = submit(folder, "--id", "kim")
    assert done.returncode == 0, done.stderr
    assert f"{BLANK[kind]}: written answers {count}/8" in done.stdout
    (folder / "class").mkdir()
    made = (folder / "submission-kim.zip").rename(folder / "class" / "kim.zip")
    with zipfile.ZipFile(made) as packed:
        assert packed.namelist() == [*(f"vae/{name}" for name in FILES), BLANK[kind], "manifest.json"]
        assert packed.read(BLANK[kind]) == answered.read_bytes()
    (submission,) = map(load, found := find(made.parent))
    assert submission.problems == {} and submission.notes == () and len(found) == 1
    assert submission.digest == printed_hash(done)


def test_answers_that_can_not_be_read_are_named_and_the_code_is_packed(tmp_path):
    folder = desk(tmp_path / "desk", *FILES)
    (folder / "lab").mkdir(exist_ok=True)
    (folder / "lab" / "theory.en.md").unlink(missing_ok=True)
    (folder / "lab" / "theory.en.md").symlink_to("gone.md")
    done = submit(folder, "--id", "kim")
    assert done.returncode == 0 and "Traceback" not in done.stderr
    assert "lab/theory.en.md: cannot be read, so it is not in the zip" in done.stderr
    with zipfile.ZipFile(folder / "submission-kim.zip") as packed:
        assert packed.namelist() == [*(f"vae/{name}" for name in FILES), "manifest.json"]


def test_no_answers_are_no_hindrance_and_a_damaged_notebook_goes_along(tmp_path):
    folder = desk(tmp_path / "desk", *FILES)
    shutil.copytree(ASSIGNMENT / "lab", folder / "lab")
    done = submit(folder, "--id", "kim")
    assert done.returncode == 0 and "No written answers were found in lab/" in done.stderr
    (folder / "lab" / "lab.ko.ipynb").write_text("{")
    done = submit(folder, "--id", "kim")
    assert done.returncode == 0 and "No written answers" not in done.stderr
    assert "lab/lab.ko.ipynb" in zipfile.ZipFile(folder / "submission-kim.zip").namelist()


def test_what_is_missing_or_unfinished_is_said(tmp_path):
    folder = desk(tmp_path / "desk", "model.py", "training.py")
    (folder / "vae" / "latent.py").unlink()
    done = submit(folder, "--id", "20261234")
    assert done.returncode == 1 and not list(folder.glob("*.zip*"))
    assert re.findall(r"^  X vae/(\w+)", done.stdout, re.MULTILINE) == ["latent"]
    assert "vae/latent.py is missing." in done.stderr
    assert "--force" in done.stderr and "Traceback" not in done.stderr
    done = submit(folder, "--id", "20261234", "--force")
    assert done.returncode == 0, done.stderr
    unfinished = ["2a", "2b", "2c", "4a", "4b", "4c"]
    assert f"tasks do not pass yet: {', '.join(unfinished)}." in done.stderr
    (source,) = find(folder / "submission-20261234.zip")
    submission = load(source)
    assert set(submission.files) == {"model.py", "loss.py", "training.py"}
    assert submission.digest == printed_hash(done)


@pytest.fixture
def imported(tmp_path, monkeypatch):
    """``module = imported("submit")``: a module of the desk, from a fresh hand-out in ``tmp_path / "desk"``."""

    def forget():
        for name in [name for name in sys.modules if name.partition(".")[0] == "vae"]:
            del sys.modules[name]

    kept = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "vae"}
    forget()
    monkeypatch.syspath_prepend(desk(tmp_path / "desk"))
    yield lambda name: importlib.import_module(f"vae.desk.{name}")
    forget()
    sys.modules.update(kept)


TRIVIAL = {
    "model.py": "class VAE:\n    def reparameterise(self): pass\n",
    "loss.py": "raise SystemExit(3)\n",
    "training.py": "import time\ntime.sleep(1000)\n",
    "latent.py": "def generate(): pass\ninterpolate = restore = generate\n",
}


def test_files_that_do_not_import_are_named_whatever_they_do(tmp_path, monkeypatch, imported):
    folder = tmp_path / "desk" / "vae"
    for name, source in TRIVIAL.items():
        (folder / name).write_text(source)
    examine = imported("examine")
    monkeypatch.setattr(examine, "SECONDS", 10)
    troubles = examine.imports(TRIVIAL)
    assert "latent.py" not in troubles, str(troubles["latent.py"])
    assert "reparameterize is missing from vae/model.py" in str(troubles["model.py"])
    assert "reparameterise" in str(troubles["model.py"])
    assert "SystemExit: 3" in str(troubles["loss.py"]) and "vae/loss.py:1" in str(troubles["loss.py"])
    assert "takes more than 10 s" in str(troubles["training.py"])
    (folder / "loss.py").write_text("import os\nprint('fine')\nos._exit(0)\n")
    (folder / "latent.py").write_text("def generate():\n\tif 1:\n        pass\n")
    (folder / "training.py").write_text("import vae.latent\ntrain = train_epoch = print\n")
    troubles = examine.imports(["loss.py", "latent.py", "training.py"])
    assert set(troubles) == {"loss.py", "latent.py"}  # what training.py imports is not its fault
    assert "Importing it ended Python (exit status 0)" in str(troubles["loss.py"])
    assert "TabError" in str(troubles["latent.py"]) and "vae/latent.py:3" in str(troubles["latent.py"])


@pytest.mark.parametrize("student", ["", " ", "a/b", "a\\b", "kim\0", "kim?", "가" * 61, "a\u202eb"])
def test_an_id_that_no_file_can_have_is_turned_down(student, imported, capsys):
    assert imported("submit")._run(student, force=False) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("--id: ")


@pytest.mark.parametrize(("typed", "usable"), [("  Kim  Minsu ", "Kim Minsu"), ("\u1100\u1161", "가")])
def test_an_id_is_written_in_one_way(typed, usable, imported):
    assert imported("submit").usable_id(typed) == usable


@pytest.mark.parametrize("typed", [b"", "홍길동\n".encode("cp949")])
def test_nobody_to_ask_or_nothing_to_read_is_said(tmp_path, typed):
    done = subprocess.run(
        [sys.executable, "-m", "vae", "submit"],
        cwd=desk(tmp_path / "desk"),
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        input=typed,
        capture_output=True,
        timeout=300,
    )
    assert done.returncode == 2
    assert b"--id" in done.stderr and b"Traceback" not in done.stderr


# --- the hand-out's zip --------------------------------------------------------------------------------


def test_the_same_files_give_the_same_zip(tmp_path):
    copy = tmp_path / "elsewhere"
    shutil.copytree(ASSIGNMENT, copy)  # other dates
    for path in copy.rglob("*"):
        path.chmod(0o755)
    for rubbish in (".vscode/settings.json", "runs/run.json", "vae/__pycache__/x.py", "submission-1.zip"):
        (copy / rubbish).parent.mkdir(parents=True, exist_ok=True)
        (copy / rubbish).write_text("{}")
    one = RECIPE["make"](tmp_path / "one.zip")
    other = RECIPE["make"](tmp_path / "dist", copy)
    assert one.name == "one.zip" and other == tmp_path / "dist" / "vae-assignment.zip"
    assert one.read_bytes() == other.read_bytes()


def test_the_zip_holds_the_hand_out_and_nothing_else(tmp_path):
    with zipfile.ZipFile(RECIPE["make"](tmp_path)) as packed:
        inside = {name.removeprefix("vae-assignment/"): packed.read(name) for name in packed.namelist()}
    tracked = {
        path.relative_to(ASSIGNMENT).as_posix()
        for path in ASSIGNMENT.rglob("*")
        if path.is_file() and not {"__pycache__", "runs", ".pytest_cache", "lecture"} & set(path.parts)
    }
    assert set(inside) == tracked
    assert {"README.md", "README.ko.md", "requirements.txt", "pytest.ini", "vae/__main__.py"} <= set(inside)
    assert {"lab/lab.ko.ipynb", "lab/lab.en.ipynb", "checks/conftest.py", "vae/desk/train.py"} <= set(inside)
    for name, content in inside.items():
        assert content == (ASSIGNMENT / name).read_bytes()
        assert b"autograder" not in content, f"{name} speaks of the engine"


def test_no_hand_out_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        RECIPE["make"](tmp_path / "out", tmp_path / "nothing")
    assert not (tmp_path / "out").exists()


def test_both_guides_have_the_same_steps():
    english, korean = (
        (ROOT / "release" / "student" / name).read_text(encoding="utf-8")
        for name in ("README.md", "README.ko.md")
    )
    for pattern in (r"^#+ ", r"^\| \d", r"^\*\*", r"`[^`]+`"):
        assert len(re.findall(pattern, english, re.MULTILINE)) == len(
            re.findall(pattern, korean, re.MULTILINE)
        )
