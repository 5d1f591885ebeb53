"""Releasing: every channel is built from one source, with the same bytes each time, and comes back as submissions."""

from __future__ import annotations

import hashlib
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import types
import urllib.request
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import nbformat
import pytest
import yaml

from autograder import cli, intake, kit
from autograder.grading import grade
from autograder.homework import homework
from autograder.messages import LANGUAGES, Message
from autograder.release import build as releasing
from autograder.release import trial, violations
from autograder.results import Result
from autograder.run import Run
from autograder.sandbox.client import WarmParent
from tests.console import Command

ROOT = Path(__file__).resolve().parents[1]
URL = "https://example.org/vae-assignment.zip"
CHANNELS = [channel.value for channel in releasing.Target if (homework().recipes / channel.value).is_dir()]
SEALED = """
import os, sys
os.umask(int(sys.argv[1], 8))
from pathlib import Path
from autograder.release import build as release
release.pass_gate = lambda *_: None  # once is enough: it changes nothing
release.release(sys.argv[3:], Path(sys.argv[2]), "ko", "https://example.org/vae-assignment.zip", lambda _: None)
"""


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All channels, through the whole gate: no leak, 100 and 0 points, public checks red and green."""
    out = tmp_path_factory.mktemp("release") / "dist"
    steps: list[str] = []
    built = releasing.release(CHANNELS, out, "ko", URL, lambda step: steps.append(step.id))
    assert [folder.name for folder in built] == CHANNELS
    assert steps[-3:] == ["release.looking", "release.grading", "release.checking"]
    return out


def contents(folder: Path) -> dict[str, tuple[str, int]]:
    """The hash and the mode of every file."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {
        path.relative_to(folder).as_posix(): (
            hashlib.sha256(path.read_bytes()).hexdigest(),
            path.stat().st_mode,
        )
        for path in files
    }


def test_every_channel_is_built(dist: Path) -> None:
    assert {"student", "nbgrader", "github", "colab", "email"} <= set(CHANNELS)
    assert sorted(os.listdir(dist)) == sorted([*CHANNELS, releasing.SUMS])
    for channel in CHANNELS:
        assert contents(dist / channel), channel
    for channel in ("nbgrader", "github", "colab", "email"):
        for page in ("README.md", "README.ko.md"):
            assert (homework().recipes / channel / page).is_file(), channel


def test_the_sums_are_those_of_the_files(dist: Path) -> None:
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", releasing.SUMS], cwd=dist, check=True)
    listed = [line[66:] for line in (dist / releasing.SUMS).read_text(encoding="utf-8").splitlines()]
    assert sorted(listed) == sorted(contents(dist).keys() - {releasing.SUMS})


@pytest.mark.parametrize(
    ("umask", "zone", "encoding"), [("022", "Asia/Seoul", "C.UTF-8"), ("077", "America/Caracas", "C")]
)
def test_the_same_input_gives_the_same_bytes(
    dist: Path, tmp_path: Path, umask: str, zone: str, encoding: str
) -> None:
    """Neither the umask, the time zone, the locale nor the hash seed matters."""
    subprocess.run(
        [sys.executable, "-c", SEALED, umask, str(tmp_path / "dist"), *CHANNELS],
        cwd=ROOT,
        env={**os.environ, "TZ": zone, "LC_ALL": encoding, "PYTHONHASHSEED": str(len(zone))},
        check=True,
    )
    again, first = contents(tmp_path / "dist"), contents(dist)
    again.pop(releasing.SUMS), first.pop(releasing.SUMS)
    assert again == first


# --- what is in the channels, and round trips ----------------------------------------------------------


def hand_in(desk: Path, *files: str) -> None:
    """Do a student's work: copy these files from the solution."""
    for file in files:
        shutil.copyfile(homework().solved / file, desk / "vae" / file)


@pytest.fixture
def points(warm_parent: WarmParent, run: Run) -> Callable[[Path], dict[str, float | None]]:
    """``points(folder)``: the score of each submission that is found in the folder."""

    def graded(folder: Path) -> dict[str, float | None]:
        found = [intake.load(source) for source in intake.find(folder)]
        results: list[Result] = [grade(submission, run, warm_parent) for submission in found]
        return {result.submission: result.score for result in results}

    return graded


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=Kim", "-c", "user.email=kim@example.org", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def test_github_from_template_to_points(dist: Path, tmp_path: Path, points: Callable) -> None:
    """A template repository, two students' copies, their pushes, the instructor's clones."""
    template = shutil.copytree(dist / "github", tmp_path / "template")
    git(template, "init")
    git(template, "add", "-A")
    git(template, "commit", "-m", "VAE homework")
    clones = tmp_path / "submissions"
    clones.mkdir()
    for student, solved in {"ps1-kim": list(homework().files), "ps1-이서준": ["loss.py"]}.items():
        server, desk = tmp_path / f"{student}.git", tmp_path / student
        git(tmp_path, "clone", "--bare", str(template), str(server))
        git(tmp_path, "clone", str(server), str(desk))
        hand_in(desk, *solved)
        git(desk, "commit", "-am", "done")
        git(desk, "push")
        git(clones, "clone", str(server))
    assert points(clones) == {"ps1-kim": homework().max_score, "ps1-이서준": homework().points("loss")}


def test_the_workflow_runs_the_public_checks_and_may_do_nothing_else(dist: Path) -> None:
    workflow = yaml.safe_load(
        (dist / "github" / ".github" / "workflows" / "checks.yml").read_text(encoding="utf-8")
    )
    # YAML reads "on" as true.
    assert "push" in workflow[True] and workflow["permissions"] == {"contents": "read"}
    (job,) = workflow["jobs"].values()
    assert any("python -m vae check" in step.get("run", "") for step in job["steps"])
    assert "secrets." not in json.dumps(workflow) and job["timeout-minutes"] <= 20


def test_email_from_attachment_to_points(dist: Path, tmp_path: Path, points: Callable) -> None:
    """The attachment is unpacked and filled in; one student sends a zip, another single files."""
    with zipfile.ZipFile(dist / "email" / "vae-assignment.zip") as attached:
        attached.extractall(tmp_path / "desk")
    (desk,) = (tmp_path / "desk").iterdir()
    hand_in(desk, "loss.py", "latent.py")
    saved = tmp_path / "submissions"
    (saved / "20265678 박지훈").mkdir(parents=True)
    with zipfile.ZipFile(saved / "20261234 김민지.zip", "w") as answer:
        for file in homework().files:
            answer.write(desk / "vae" / file, f"과제/{file}")
    shutil.copy(desk / "vae" / "loss.py", saved / "20265678 박지훈")
    shutil.copy(dist / "colab" / "lab.ko.ipynb", saved / "20265678 박지훈" / "답.ipynb")
    assert points(saved) == {"20261234 김민지": 50, "20265678 박지훈": 30}


def test_nbgrader_from_course_to_points(dist: Path, tmp_path: Path, points: Callable) -> None:
    """The course folder's source, as students get it, in nbgrader's tree of hand-ins (nbgrader itself: tests/gradebook)."""
    source = dist / "nbgrader" / "source" / "ps1"
    notebook = nbformat.read(source / "lab.ipynb", as_version=4)
    assert [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    assert 'language = "ko"' in (dist / "nbgrader" / "nbgrader_config.py").read_text(encoding="utf-8")
    desk = shutil.copytree(source, tmp_path / "submitted" / "choi" / "ps1")
    hand_in(desk, "model.py")
    public = [sys.executable, "-m", "vae", "check", "1"]  # as the notebook's cell runs it
    assert subprocess.run(public, cwd=desk, capture_output=True).returncode == 0
    assert points(tmp_path / "submitted") == {"choi": homework().points("reparameterize")}


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_colab_notebook_fetches_the_handout(
    dist: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    """The first cell, in an empty folder on Colab, downloads the zip from the address and finds the hand-out."""
    notebook = nbformat.read(dist / "colab" / f"lab.{language}.ipynb", as_version=4)
    nbformat.validate(notebook)
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    asked = []

    def urlopen(address: str) -> BytesIO:
        asked.append(address)
        return BytesIO((dist / "colab" / "vae-assignment.zip").read_bytes())

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    monkeypatch.setattr(sys, "path", list(sys.path))
    colab = types.ModuleType("google.colab")
    colab.files = None  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "google.colab", colab)
    exec("\n".join(line for line in first.source.splitlines() if not line.strip().startswith("%")), {})  # noqa: S102
    assert asked == [URL]
    assert (Path(sys.path[0]) / "vae" / "notebook.py").is_file()


def test_the_colab_notebook_packs_the_hand_in(
    dist: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, points: Callable
) -> None:
    """The last cell packs the notebook, as it is in the page, and the four files into one zip, and downloads it."""
    notebook = nbformat.read(dist / "colab" / "lab.ko.ipynb", as_version=4)
    assert "accelerator" not in notebook.metadata
    assert notebook.cells[-1].source.startswith('hand_in("")')
    with zipfile.ZipFile(dist / "colab" / "vae-assignment.zip") as packed:
        packed.extractall(tmp_path)
    desk = tmp_path / "vae-assignment"
    hand_in(desk, *homework().files)
    cell = next(each for each in notebook.cells if each.id == "theory-elbo")
    cell.source = "ELBO는 하한입니다."
    downloaded: list[str] = []
    colab = types.ModuleType("google.colab")
    colab.files = types.SimpleNamespace(download=downloaded.append)  # type: ignore[attr-defined]
    colab._message = types.SimpleNamespace(  # type: ignore[attr-defined]
        blocking_request=lambda *_, **__: {"ipynb": notebook}
    )
    monkeypatch.setitem(sys.modules, "google.colab", colab)
    cells = runpy.run_path(str(desk / "vae" / "notebook.py"))
    cells["hand_in"]("")
    assert not downloaded
    cells["hand_in"]("20261234 김민지")
    (made,) = map(Path, downloaded)
    with zipfile.ZipFile(made) as packed:
        assert packed.namelist() == [
            *(f"vae/{file}" for file in homework().files),
            "lab.ipynb",
            "manifest.json",
        ]
        answers = nbformat.reads(packed.read("lab.ipynb").decode("utf-8"), as_version=4)
    assert cell.source in [each.source for each in answers.cells]
    (tmp_path / "class").mkdir()
    made.rename(tmp_path / "class" / "kim.zip")
    assert points(tmp_path / "class") == {"kim": homework().max_score}


# --- the pages -----------------------------------------------------------------------------------------

PAGES = [
    *(f"release/{channel}/README.md" for channel in CHANNELS),
    "docs/lms.md",
    "docs/scale.md",
    "docs/homework.md",
]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_says_the_same_in_both_languages(page: str) -> None:
    """Both have the same headings, rows and steps; links lead somewhere; `autograder` is always called the same way."""
    english, korean = (
        (ROOT / name).read_text(encoding="utf-8") for name in (page, page.replace(".md", ".ko.md"))
    )
    for pattern in (r"^#+ ", r"^\|", r"^\d\. ", r"^- ", r"\n\n\*\*", r"^```", r"^    \S"):
        counts = [len(re.findall(pattern, text, re.MULTILINE)) for text in (english, korean)]
        assert counts[0] == counts[1], pattern
    for text in (english, korean):
        assert ".venv/bin/autograder" not in text and "theory.toml" not in text
        for target in re.findall(r"\]\((?!https:)([^)]+)\)", text):
            file, _, heading = target.partition("#")
            linked = (ROOT / page).parent / file
            assert linked.is_file(), target
            titles = re.findall(r"^#+ (.+)$", linked.read_text(encoding="utf-8"), re.MULTILINE)
            assert not heading or heading in [title.lower().replace(" ", "-") for title in titles], target


def test_the_mails_name_the_versions_that_are_needed() -> None:
    needed = (ROOT / "assignment" / "requirements.txt").read_text(encoding="utf-8")
    (torch,) = re.findall(r"^torch>=(\S+)", needed, re.MULTILINE)
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (least,) = re.findall(r'requires-python = ">=(3\.\d+)"', project)
    for name, on in (("en", "or newer"), ("ko", "이상")):
        mail = (homework().recipes / "email" / f"mail.{name}.txt").read_text(encoding="utf-8")
        assert f"Python {least} {on}" in mail and f"PyTorch {torch}" in mail
        assert f"lab/theory.{name}.md" in mail


# --- refusals ------------------------------------------------------------------------------------------


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, autograder: Command) -> Callable[..., tuple[int, str]]:
    """``status, said = told("student", ...)``: run the command in this process, without the gate."""
    monkeypatch.setattr(releasing, "pass_gate", lambda *_: None)

    def called(*arguments: object) -> tuple[int, str]:
        status, out, error = autograder("release", *arguments)
        return status, out + error

    return called


@pytest.fixture
def own_recipes(tmp_path: Path, kit_at: Callable[[Path], None]) -> Path:
    """A copy of release/ that may be changed, beside the same hand-out."""
    for folder in ("assignment", "solution", "tests"):
        (tmp_path / folder).symlink_to(kit.ROOT / folder)
    copied = shutil.copytree(homework().recipes, tmp_path / "release", ignore=shutil.ignore_patterns("dist"))
    kit_at(tmp_path)
    return copied


def test_a_channel_is_named_with_its_folder_and_page(told: Callable, tmp_path: Path) -> None:
    status, said = told("student", "--out", tmp_path, "--lang", "en")
    assert status == 0 and "release/student/README.md" in said
    assert sorted(os.listdir(tmp_path)) == [releasing.SUMS, "student"]
    assert told("student", "email", "--out", tmp_path)[0] == 0  # again, over what is there
    assert sorted(os.listdir(tmp_path)) == [releasing.SUMS, "email", "student"]
    listed = (tmp_path / releasing.SUMS).read_text(encoding="utf-8")
    assert "  student/" in listed and "  email/" in listed


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["pigeon"], "pigeon"),
        (["colab", "--handout-url", "www.example.org"], "is not a web address"),
        (["colab", "--handout-url", 'https://example.org/"+"'], None),
        (["colab", "--handout-url", "https://[/a.zip"], "is not a web address"),
        (["colab", "--handout-url", "file:///etc/passwd"], "is not a web address"),
    ],
)
def test_unusable_arguments(told: Callable, tmp_path: Path, arguments: list[str], says: str | None) -> None:
    status, said = told(*arguments, "--out", tmp_path / "dist")
    if says is None:  # odd, but it stays a text
        notebook = json.loads((tmp_path / "dist" / "colab" / "lab.ko.ipynb").read_text(encoding="utf-8"))
        assert any(
            'HANDOUT_URL = "https://example.org/\\"+\\""' in line for line in notebook["cells"][1]["source"]
        )
        return
    assert status == 2 and says in said and "Traceback" not in said
    assert not (tmp_path / "dist").exists()


def test_a_channel_without_a_recipe(told: Callable, own_recipes: Path, tmp_path: Path) -> None:
    shutil.rmtree(own_recipes / "email")
    status, said = told("email", "--out", tmp_path / "dist")
    assert status == 2 and "'email'" in said and "no recipe" in said and "채널을 만들 수 없습니다" in said
    assert not (tmp_path / "dist").exists()


def test_a_recipe_that_fails(told: Callable, own_recipes: Path, tmp_path: Path) -> None:
    (own_recipes / "email" / "mail.en.txt").unlink()
    status, said = told("student", "email", "--out", tmp_path / "dist")
    assert status == 1 and "'email' could not be built" in said and "mail.en.txt" in said
    assert not (tmp_path / "dist").exists()


@pytest.mark.parametrize("closes", ["leaks", "scores", "public_checks"])
def test_whatever_the_gate_finds_keeps_it_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], closes: str
) -> None:
    """Each violation is named in both languages, the status is 1, and what was built before stays."""
    (tmp_path / "student").mkdir()
    found = Message("release.check_fails", {"check": "test_it", "outcome": "failed"})
    for name, place in {"leaks": violations, "scores": trial, "public_checks": trial}.items():
        monkeypatch.setattr(place, name, lambda *_, name=name: [found] if name == closes else [])
    monkeypatch.setattr(sys, "argv", ["autograder", "release", "student", "--out", str(tmp_path)])
    with pytest.raises(SystemExit) as end:
        cli.main()
    said = capsys.readouterr().err
    assert end.value.code == 1 and all(found.text(language) in said for language in LANGUAGES)
    assert "Nothing was built" in said and os.listdir(tmp_path) == ["student"]
    assert not os.listdir(tmp_path / "student")


def test_a_link_in_a_channel(told: Callable, own_recipes: Path, tmp_path: Path) -> None:
    """A link could lead anywhere, and the gate would not see it."""
    (recipe,) = (own_recipes / "student").glob("make_*.py")
    with recipe.open("a", encoding="utf-8") as file:
        file.write(
            "\n\nplain = make\n\n\ndef make(out):\n    (out.parent / 'vae').symlink_to('/')\n    return plain(out)\n"
        )
    status, said = told("student", "--out", tmp_path / "dist")
    assert status == 1 and "vae is a link" in said and not (tmp_path / "dist").exists()


@pytest.mark.parametrize("change", ["edited", "added"])
def test_an_instructors_own_files_are_not_overwritten(told: Callable, tmp_path: Path, change: str) -> None:
    """A course that is run in release/dist/ keeps its gradebook."""
    assert told("nbgrader", "--out", tmp_path)[0] == 0
    own = tmp_path / "nbgrader" / {"edited": "nbgrader_config.py", "added": "gradebook.db"}[change]
    own.write_text("mine")
    status, said = told("nbgrader", "--out", tmp_path)
    assert status == 2 and str(own) in said and "was not written by" in said
    assert own.read_text() == "mine"


def test_a_place_that_cannot_be_written(told: Callable, tmp_path: Path) -> None:
    (tmp_path / "dist").write_text("a file")
    status, said = told("student", "--out", tmp_path / "dist")
    assert status == 2 and "can't be written" in said
    assert (tmp_path / "dist").read_text() == "a file"
