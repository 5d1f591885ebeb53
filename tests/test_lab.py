"""The lab notebooks: one source, two languages, no model answer in what students get, and every cell runs."""

import json
import re
import resource
import shutil
import sys
from collections import defaultdict
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.checks.attempt import check_id
from autograder.checks.session import collected
from autograder.homework import homework
from autograder.release import generated, lab

ROOT = Path(__file__).resolve().parents[1]
LAB = ROOT / "assignment" / "lab"
HANGUL = re.compile("[가-힣]")
CPU_SECONDS = 180  # so under 3 minutes of wall-clock time, even on a single core of its own
FIGURES = {
    "imports": 1,
    "see-reparameterize": 1,
    "see-loss-curves": 1,
    "see-overfit": 2,
    "see-curves": 2,
    "see-generate": 1,
    "see-latent-map": 2,
    "see-interpolate": 1,
    "see-bugs": 2,
    "see-applications": 2,
    "see-restore": 2,
}
STUBS = {  # each cell that checks a stub, and the part whose points it holds
    "reparameterize": "reparameterize",
    "reconstruction_loss": "loss",
    "kl_divergence": "loss",
    "loss_function": "loss",
    "train_epoch": "training",
    "train": "training",
    "short_run": "training",
    "generate": "latent",
    "interpolate": "latent",
    "restore": "latent",
}


@pytest.fixture(scope="module")
def notebooks():
    return {language: nbformat.read(LAB / f"lab.{language}.ipynb", 4) for language in lab.LANGUAGES}


def graded(notebook):
    return {cell.id: cell.metadata["nbgrader"] for cell in notebook.cells if "nbgrader" in cell.metadata}


# --- one source ----------------------------------------------------------------------------------------


def test_the_notebooks_and_sheets_are_what_the_source_generates():
    assert list(generated.drifted(lab.wanted())) == [], "run python -m autograder.release.lab"


def test_drift_is_named_and_mended(tmp_path, kit_at, monkeypatch, capsys):
    files = [Path("assignment", "lab", name) for name in ("lab.ko.ipynb", "theory.en.md")]
    files.insert(1, Path("solution", "lab", "rubric.ko.md"))
    for side in ("assignment", "solution"):
        shutil.copytree(ROOT / side / "lab", tmp_path / side / "lab")
    kit_at(tmp_path)
    for file in files:
        (tmp_path / file).write_text("{}", encoding="utf-8")
    outcomes = []
    for arguments in (["--check"], [], ["--check"]):
        monkeypatch.setattr(sys, "argv", ["lab", *arguments])
        outcomes.append((lab.main(), capsys.readouterr().out.strip()))
    named, wrote = ("\n".join(f"{what}: {file}" for file in files) for what in ("drifted", "wrote"))
    assert outcomes == [(1, named), (0, wrote), (0, "")]


def test_both_languages_have_the_same_cells(notebooks):
    korean, english = (notebooks[language].cells for language in ("ko", "en"))
    assert [(cell.id, cell.cell_type, cell.metadata) for cell in korean] == [
        (cell.id, cell.cell_type, cell.metadata) for cell in english
    ]
    for one, other in zip(korean, english, strict=True):
        if one.cell_type == "code" or "nbgrader" in one.metadata:
            assert one.source == other.source
        for pattern in (r"^#+ ", r"^\|", r"^- ", r"^\d\. ", r"arXiv:\d+\.\d+", r"^\$\$.*\$\$$", "[✍🔮⌨]"):
            counts = [len(re.findall(pattern, cell.source, re.MULTILINE)) for cell in (one, other)]
            assert counts[0] == counts[1], (one.id, pattern)


def test_every_prose_cell_is_written_in_both_languages(notebooks):
    for language, notebook in notebooks.items():
        prose = [
            cell
            for cell in notebook.cells
            if cell.cell_type == "markdown" and "nbgrader" not in cell.metadata
        ]
        assert len(prose) > 20
        for cell in prose:
            assert len(cell.source) > 40 and bool(HANGUL.search(cell.source)) == (language == "ko"), cell.id


def test_bold_letters_close_before_korean_particles(notebooks):
    """`**(a)**는` shows its asterisks: a closing mark after punctuation may not touch a letter."""
    for cell in notebooks["ko"].cells:
        if cell.cell_type == "markdown":
            marks = re.findall(r"\*\*([^*\n]+)\*\*(.?)", cell.source)
            assert not [text for text, after in marks if not text[-1].isalnum() and after.isalnum()], cell.id


# --- points --------------------------------------------------------------------------------------------


def test_check_cells_hold_the_points_of_the_hidden_checks(notebooks):
    points = defaultdict(float)
    for item in collected().items:
        name = max((stub for stub in STUBS if _belongs(check_id(item), stub)), key=len)
        points[name] += item.get_closest_marker("check").kwargs["points"]
    cells = {name: about for name, about in graded(notebooks["ko"]).items() if not about["solution"]}
    assert {name: about["points"] for name, about in cells.items()} == points
    for part in tuple(homework().parts):
        assert sum(points[name] for name, of in STUBS.items() if of == part) == homework().points(part)
    assert all(about["locked"] and about["grade"] for about in cells.values())


def _belongs(check: str, stub: str) -> bool:
    prefix = {"reconstruction_loss": "reconstruction", "kl_divergence": "kl"}.get(stub, stub)
    return check == prefix or check.startswith(f"{prefix}_")


def test_written_answers_are_worth_fifty_points(notebooks):
    written = {name: about for name, about in graded(notebooks["ko"]).items() if about["solution"]}
    assert written.keys() == lab.questions().keys()
    assert sum(about["points"] for about in written.values()) == 50
    assert all(about["grade"] and not about["locked"] for about in written.values())
    ids = [cell.id for cell in notebooks["ko"].cells]
    for name, about in written.items():
        question = notebooks["ko"].cells[ids.index(name) - 1], notebooks["en"].cells[ids.index(name) - 1]
        assert f"({about['points']}점)" in question[0].source
        assert f"({about['points']} points)" in question[1].source


def test_nbgrader_knows_the_metadata(notebooks):
    keys = {"grade", "grade_id", "locked", "points", "schema_version", "solution", "task"}
    for name, about in graded(notebooks["en"]).items():
        assert about.keys() == keys and about["schema_version"] == 3 and about["grade_id"] == name
        assert re.fullmatch(r"[a-zA-Z0-9_\-]+", name)


def test_every_question_has_a_rubric_and_a_model_answer_in_both_languages():
    for name, question in lab.questions().items():
        texts = [question["answer"], *question["rubric"]]
        for text in texts:
            assert HANGUL.search(text["ko"]) and not HANGUL.search(text["en"]) and len(text["en"]) > 20, name


# --- nothing leaks -------------------------------------------------------------------------------------


def secrets() -> list[str]:
    """Every phrase of the rubrics and the model answers that is too long to occur elsewhere by chance."""
    texts = []
    for question in lab.questions().values():
        for text in (question["answer"], *question["rubric"]):
            texts += re.split(r"(?<=[.!?:;])\s+|\n", text["ko"]) + re.split(r"(?<=[.!?:;])\s+|\n", text["en"])
    return [text.strip() for text in texts if len(text.strip()) >= 20]


def readable(file: Path) -> str:
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".ipynb":  # JSON escapes quotes and breaks lines
        return "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
    return text


def test_no_model_answer_is_in_what_students_get(tmp_path):
    phrases = secrets()
    assert len(phrases) > 100
    files = [
        file
        for file in (ROOT / "assignment").rglob("*")
        if file.suffix in {".ipynb", ".py", ".md", ".txt", ".ini"}
    ]
    names = {"lab.ko.ipynb", "lab.en.ipynb", "theory.ko.md", "theory.en.md", "README.md", "notebook.py"}
    assert {file.name for file in files} >= names
    for file in files:
        text = readable(file)
        assert [phrase for phrase in phrases if phrase in text] == [], file


def test_a_leak_would_be_seen(tmp_path, notebooks):
    leaky = notebooks["ko"].copy()
    leaky.cells = [
        *leaky.cells,
        nbformat.v4.new_markdown_cell(lab.questions()["theory-elbo"]["answer"]["ko"]),
    ]
    nbformat.write(leaky, tmp_path / "leaky.ipynb")
    assert any(phrase in readable(tmp_path / "leaky.ipynb") for phrase in secrets())


def test_the_notebooks_come_without_outputs(notebooks):
    for notebook in notebooks.values():
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert not any(cell.outputs or cell.execution_count for cell in code)


# --- every cell runs -----------------------------------------------------------------------------------


def desk(folder: Path, solved: bool) -> Path:
    rubbish = shutil.ignore_patterns("__pycache__", ".pytest_cache", "runs")
    shutil.copytree(ROOT / "assignment", folder, ignore=rubbish)
    if solved:
        shutil.copytree(ROOT / "solution" / "vae", folder / "vae", ignore=rubbish, dirs_exist_ok=True)
    return folder


def execute(notebook, folder: Path, **settings):
    resources = {"metadata": {"path": str(folder / "lab")}}
    NotebookClient(notebook, timeout=900, kernel_name="python3", resources=resources, **settings).execute()
    return {cell.id: cell.outputs for cell in notebook.cells if cell.cell_type == "code"}


def test_the_notebook_runs_top_to_bottom_with_the_solution(tmp_path):
    """It runs on the digits. The Korean notebook stands for both, whose code is the same. Takes a minute or two."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    outputs = execute(nbformat.read(LAB / "lab.ko.ipynb", 4), desk(tmp_path / "assignment", solved=True))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert not [out for outs in outputs.values() for out in outs if out.output_type == "error"]
    figures = {
        name: sum("image/png" in out.get("data", {}) for out in outs) for name, outs in outputs.items()
    }
    assert {name: count for name, count in figures.items() if count} == FIGURES
    greens = [name for name, outs in outputs.items() if any("🟢" in out.get("text", "") for out in outs)]
    assert set(greens) == set(STUBS)
    printed = "".join(out.get("text", "") for out in outputs["see-losses"])
    assert "543.4 = 784 ln 2 = 543.4" in printed and "2. guess None: 0.0" in printed
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < CPU_SECONDS


def test_an_unwritten_stub_answers_in_one_line(tmp_path):
    notebook = nbformat.read(LAB / "lab.en.ipynb", 4)
    ids = [cell.id for cell in notebook.cells]
    notebook.cells = notebook.cells[: ids.index("see-reparameterize") + 1]
    outputs = execute(notebook, desk(tmp_path / "assignment", solved=False), allow_errors=True)
    [red] = [out for out in outputs["reparameterize"] if out.output_type == "error"]
    assert red.ename == "CheckFailed" and len(red.traceback) == 1 and "🔴" in red.traceback[0]
    [stub] = [out for out in outputs["see-reparameterize"] if out.output_type == "error"]
    assert len(stub.traceback) == 1 and stub.traceback[0].startswith(
        "✏️ vae/model.py: task 1, reparameterize: "
    )
