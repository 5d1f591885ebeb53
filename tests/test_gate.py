"""The gate of a release: 18 planted canaries, a hand-out that is not as it must be, and what counts as the same."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from autograder.homework import homework
from autograder.release.fragments import fragments, of_code
from autograder.release.trial import Desks, public_checks, scores
from tests.zips import zipped

ROOT = Path(__file__).resolve().parents[1]
STUDENTS = ("student", "nbgrader", "github", "colab", "email")


def line(path: str, begins: str, count: int = 1) -> str:
    """``count`` lines of a hidden file, from the one that begins with ``begins``, without their indentation."""
    lines = [each.strip() for each in (ROOT / path).read_text(encoding="utf-8").splitlines()]
    start = next(number for number, each in enumerate(lines) if each.startswith(begins))
    return "\n".join(lines[start : start + count])


SAMPLE = line("solution/vae/model.py", "std = ", 3)
KL = line("solution/vae/loss.py", "return 0.5 * ")
WALK = line("solution/vae/latent.py", "return model.decode((1 - t)")
FILL = line("solution/vae/latent.py", "filled = torch.where(is_known, x, model")
STEP = line("solution/vae/training.py", "recon_x, mu, log_var = model(images)", 4)
GUARD = line("autograder/vae/checks/elbo.py", "guard = ")
TITLE = line("autograder/vae/checks/test_4_latent.py", '"""interpolate decodes even steps')
REMARK = line("autograder/vae/checks/test_4_latent.py", "# Fed back 60 times to a network")
BAND = line("autograder/vae/checks/calibration.json", '"digits"', 8)
WRONG = line("tests/bank/wrong/kl_divergence--half-on-one-term.py", "return ")
WHY = line("tests/bank/wrong/kl_divergence--exp-of-half-log-var.py", "# why: ")
RIGHT = line("tests/bank/right/reparameterize--minus-sign.py", "return ")
HOSTILE = line("tests/bank/hostile/loss--says-passed.py", "# attack: ")
ANSWER = line("solution/lab/theory.toml", "(b) Most codes drawn blindly")
ANSWER_KO = line("solution/lab/theory.toml", "log p(x)에는 z가 없으므로")
RUBRIC_KO, RUBRIC = re.findall('"(.*?)"', line("solution/lab/theory.toml", '{ points = 2, ko = "(a) 두 경우'))


# --- canaries ------------------------------------------------------------------------------------------


def after(text: str) -> Callable[[Path], None]:
    """Plant by appending the text to a file, which is created if needed."""

    def plant(path: Path) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write(f"\n{text}\n")

    return plant


def written(content: bytes) -> Callable[[Path], None]:
    def plant(path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    return plant


def in_notebook(change: Callable[[dict], object]) -> Callable[[Path], None]:
    def plant(path: Path) -> None:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        change(notebook)
        path.write_text(json.dumps(notebook), encoding="utf-8")

    return plant


def cell(notebook: dict, name: str) -> dict:
    return next(each for each in notebook["cells"] if each["id"] == name)


def comment(text: str) -> str:
    return "\n".join(f"    # {each}" for each in text.splitlines())


SPELT = '"' + KL.replace("torch", r"tor\x63h") + '"'  # known by the words after it
OTHER_LAYOUT = (
    GUARD.replace("0.5 * (", "(0.5 * (  # between\n")
    .replace(" / ", "  # all\n / # words\n")
    .replace('"', "'")
    + ")"
)

# One per kind of place: the source it is planted in, how, where the gate must see it, and what leaks there.
CANARIES: Mapping[str, tuple[str, Callable[[Path], object], str, str]] = {
    "code": ("assignment/vae/training.py", after(f"    if True:\n{comment(STEP).replace('# ', '    ')}"), "vae/training.py", "solution/vae/training.py"),
    "comment": ("assignment/vae/latent.py", after(comment(WALK)), "vae/latent.py", "solution/vae/latent.py"),
    "docstring": ("assignment/vae/plots.py", after(f'def hint():\n    """Look:\n\n{comment(SAMPLE)}\n    """'), "vae/plots.py", "solution/vae/model.py"),
    "escaped string": ("assignment/vae/data.py", after(f"HINT = {SPELT}"), "vae/data.py", "solution/vae/loss.py"),
    "other layout": ("assignment/checks/conftest.py", after(OTHER_LAYOUT), "checks/conftest.py", "autograder/vae/checks/elbo.py"),
    "settings file": ("assignment/pytest.ini", after(f"# {REMARK}"), "pytest.ini", "autograder/vae/checks/test_4_latent.py"),
    "list of requirements": ("assignment/requirements.txt", after(f"# {ANSWER}"), "requirements.txt", "solution/lab/theory.toml"),
    "fenced code": ("assignment/README.md", after(f"```python\n{FILL}\n```"), "README.md", "solution/vae/latent.py"),
    "prose, wrapped anew": ("assignment/README.ko.md", after("\n> ".join(ANSWER_KO.split(" "))), "README.ko.md", "solution/lab/theory.toml"),
    "Markdown cell": ("assignment/lab/lab.ko.ipynb", in_notebook(lambda n: cell(n, "title")["source"].append(f"\n\n{RUBRIC_KO}")), "lab.ko.ipynb, title", "solution/lab/theory.toml"),
    "code cell": ("assignment/lab/lab.ko.ipynb", in_notebook(lambda n: cell(n, "imports")["source"].append(f"\ndef guess(mu, log_var):\n    {WRONG}")), "lab.ko.ipynb, imports", "tests/bank/wrong/kl_divergence--half-on-one-term.py"),
    "output": ("assignment/lab/lab.en.ipynb", in_notebook(lambda n: cell(n, "setup")["outputs"].append({"output_type": "stream", "name": "stdout", "text": [TITLE]})), "lab.en.ipynb, setup, outputs", "autograder/vae/checks/test_4_latent.py"),
    "cell metadata": ("assignment/lab/lab.en.ipynb", in_notebook(lambda n: cell(n, "title")["metadata"].update(rubric=RUBRIC)), "lab.en.ipynb, title, metadata, rubric", "solution/lab/theory.toml"),
    "notebook metadata": ("assignment/lab/lab.en.ipynb", in_notebook(lambda n: n["metadata"].update(answer={RIGHT: 1})), "lab.en.ipynb, metadata, answer", "tests/bank/right/reparameterize--minus-sign.py"),
    "workflow": ("release/github/template/.github/workflows/checks.yml", after(f"# {WHY}"), "checks.yml", "tests/bank/wrong/kl_divergence--exp-of-half-log-var.py"),
    "mail": ("release/email/mail.en.txt", after(HOSTILE), "mail.en.txt", "tests/bank/hostile/loss--says-passed.py"),
    "zip in a zip": ("release/github/template/extra.zip", written(zipped({"inner": zipped({"band": BAND})})), "extra.zip/inner/band", "autograder/vae/checks/calibration.json"),
    "rubric": ("assignment/lab/rubric.en.md", written((ROOT / "solution" / "lab" / "rubric.en.md").read_bytes()), "lab/rubric.en.md", "solution/lab/theory.toml"),
}  # fmt: skip


def copy_of_the_kit(folder: Path) -> Path:
    rubbish = shutil.ignore_patterns("__pycache__", "dist", ".*_cache", "runs")
    for name in ("autograder", "assignment", "solution", "release", "tests/bank"):
        shutil.copytree(ROOT / name, folder / name, ignore=rubbish)
    return folder


def release(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "autograder", "release", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": ""},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )


def test_all_canaries_are_found_and_nothing_is_built(tmp_path: Path) -> None:
    """Each is named in both languages: where it is, and which hidden file it is from."""
    assert len(CANARIES) == 18
    folder = copy_of_the_kit(tmp_path / "kit")
    for source, plant, _, _ in CANARIES.values():
        plant(folder / source)
    ended = release(folder, *STUDENTS)
    assert ended.returncode == 1, ended.stderr
    korean = [each for each in ended.stderr.splitlines() if "숨긴 파일" in each]
    english = [each for each in ended.stderr.splitlines() if "of the hidden file" in each]
    assert len(korean) == len(english) >= 18
    for kind, (_, _, place, secret) in CANARIES.items():
        for lines, says in ((korean, f"숨긴 파일 {secret}의"), (english, f"of the hidden file {secret}:")):
            assert any(place in each.partition(": ")[0] and says in each for each in lines), kind
    for path in ("github/extra.zip", "student/vae-assignment.zip/vae-assignment/lab/rubric.en.md"):
        assert f"{path}: students must not get this file" in ended.stderr
    assert "Traceback" not in ended.stderr and not (folder / "release" / "dist").exists()


def test_what_nobody_listed_is_refused(tmp_path: Path) -> None:
    """Compiled code and hidden files hold no text that could be recognised; their names are enough."""
    folder = copy_of_the_kit(tmp_path / "kit")
    template = folder / "release" / "github" / "template"
    written(b"\xa7\r\r\n\0\0")(template / "vae" / "__pycache__" / "model.cpython-311.pyc")
    written(b"x = 1\n")(template / "vae" / ".model.py.swp")
    after("# not what the others have")(template / "README.md")
    locked = bytearray(zipped({"secret": "x = 1"}))
    locked[locked.index(b"PK\x01\x02") + 8] |= 1  # the flag of a password
    written(bytes(locked))(template / "locked.zip")
    written(b"PK\x05\x06" + bytes(18))(template / "broken.zip")
    written(zipped({}, comment=STEP.encode()))(template / "remark.zip")
    ended = release(folder, "student", "github", "--lang", "en")
    assert ended.returncode == 1
    for path in ("vae/__pycache__/model.cpython-311.pyc", "vae/.model.py.swp", "remark.zip"):
        assert f"github/{path}: students must not get this file" in ended.stderr
    assert "model.cpython-311.pyc: neither text nor a zip" in ended.stderr
    assert (
        "github/README.md: differs from student/vae-assignment.zip/vae-assignment/README.md" in ended.stderr
    )


# --- what counts as the same ---------------------------------------------------------------------------


def known(text: str) -> set[int]:
    return {each for each, _ in fragments(text)}


@pytest.mark.parametrize(
    "again",
    [
        "0.5*torch . sum( mu.square()+log_var.exp()\n - 1 - log_var )".replace(" . ", "."),
        "x: Tensor = f(0.5 * torch.sum((mu.square() + log_var.exp()) - 1 - log_var,))",
        "# hint: RETURN 0.5 * torch.sum(mu.square()\n#   + log_var.exp() - 1 - log_var)",
        "| 0.5 | torch, sum: `mu` square, **log_var** exp 1 log_var |",
    ],
    ids=["layout", "inside of more", "comment", "prose"],
)
def test_the_same_in_another_shape_is_known_again(again: str) -> None:
    assert known(KL) & known(again)


@pytest.mark.parametrize(
    "other",
    [
        "return 0.5 * torch.sum(mu + log_var)",
        "import torch\nfrom torch import Tensor, nn\nfrom torch.nn import functional as F\n",
        "0.5 1 2 3 4 5 6 7 8 9 10 11 12 13 14",
        "KL( N(mu, sigma^2 I) || N(0, I) ), summed, not averaged",
    ],
)
def test_what_is_not_the_same_is_not(other: str) -> None:
    assert not known(KL) & known(other)


def test_imports_and_rows_of_numbers_are_nobodys() -> None:
    assert not list(of_code("import torch\nimport a.b.c.d.e.f.g.h.i as f, torch.nn.functional as F"))
    assert not known("1 2 3 4 5 6 7 8 9")


# --- the hand-out on trial -----------------------------------------------------------------------------


def a_desk(folder: Path, **tests: str) -> Path:
    (folder / "checks").mkdir(parents=True)
    (folder / "pytest.ini").write_text("[pytest]\ntestpaths = checks\n")
    for name, body in tests.items():
        (folder / "checks" / f"test_{name}.py").write_text(f"import pytest\n\ndef test_it():\n    {body}\n")
    return folder


def test_a_public_check_must_fail_first_and_pass_then(tmp_path: Path) -> None:
    skeleton = a_desk(tmp_path / "a", good="assert 0", idle="pass", skips="pytest.skip()", broken="assert 0")
    solution = a_desk(tmp_path / "b", good="pass", idle="pass", skips="pass", broken="assert 0")
    found = public_checks(Desks(skeleton, solution, tmp_path))
    told = sorted((each.id, each.values["check"], each.values["outcome"]) for each in found)
    assert told == [
        ("release.check_fails", "checks.test_broken::test_it", "failed"),
        ("release.check_passes", "checks.test_idle::test_it", "passed"),
        ("release.check_passes", "checks.test_skips::test_it", "skipped"),
    ]


def test_public_checks_must_be_there_and_the_same(tmp_path: Path) -> None:
    one, other = a_desk(tmp_path / "a", a="assert 0"), a_desk(tmp_path / "b", b="pass")
    (found,) = public_checks(Desks(one, other, tmp_path))
    assert (found.id, found.values) == (
        "release.checks_not_run",
        {"checks": "checks.test_a::test_it, checks.test_b::test_it"},
    )
    none = a_desk(tmp_path / "c")
    (found,) = public_checks(Desks(none, none, tmp_path))
    assert (found.id, found.values) == ("release.checks_not_run", {"checks": "checks/"})


def test_a_solved_stub_and_a_wrong_solution_are_both_seen(tmp_path: Path) -> None:
    """The real engine grades them. test_release.py tests a skeleton and a solution that are right."""
    for name in ("skeleton", "solution"):
        (tmp_path / name / "vae").mkdir(parents=True)
    for file in homework().files:
        shutil.copy(homework().given / file, tmp_path / "skeleton" / "vae" / file)
        shutil.copy(homework().solved / file, tmp_path / "solution" / "vae" / file)
    shutil.copy(homework().solved / "loss.py", tmp_path / "skeleton" / "vae" / "loss.py")
    shutil.copy(homework().given / "latent.py", tmp_path / "solution" / "vae" / "latent.py")
    found = {
        each.id: each.values for each in scores(Desks(tmp_path / "skeleton", tmp_path / "solution", tmp_path))
    }
    most, loss, latent = homework().max_score, homework().points("loss"), homework().points("latent")
    skeleton, solution = found["release.score_skeleton"], found["release.score_solution"]
    assert (skeleton["score"], skeleton["wanted"]) == (f"{loss:g}", "0")
    assert (solution["score"], solution["wanted"]) == (f"{most - latent:g}", f"{most:g}")
    assert "kl_value" in found["release.score_skeleton"]["checks"]
    assert "restore_unknown" in found["release.score_solution"]["checks"]
