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


def plain(output) -> str:
    """An output as plain text."""
    return output.get("text", "") or output.get("data", {}).get("text/plain", "")


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
    greens = [name for name, outs in outputs.items() if any("🟢" in plain(out) for out in outs)]
    assert set(greens) == set(STUBS)
    assert "9/9" in plain(outputs["restore"][0])
    assert re.search(r"measured: 2\.7\d+, .*: 1\.0", "".join(map(plain, outputs["see-reparameterize"])))
    printed = "".join(map(plain, outputs["see-losses"]))
    assert "543.4 = 784 ln 2 = 543.4" in printed and "2. guess None: 0.0" in printed
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < CPU_SECONDS


def cells_up_to(last: str, *more: str):
    """The English notebook up to a cell, and these cells after it."""
    notebook = nbformat.read(LAB / "lab.en.ipynb", 4)
    ids = [cell.id for cell in notebook.cells]
    notebook.cells = notebook.cells[: ids.index(last) + 1]
    notebook.cells += [nbformat.v4.new_code_cell(source, id=f"more-{n}") for n, source in enumerate(more)]
    return notebook


def test_an_unwritten_stub_answers_in_one_line(tmp_path):
    call = "VAE().reparameterize(torch.zeros(2, 1), torch.zeros(2, 1))"
    notebook = cells_up_to("see-reparameterize", call)
    outputs = execute(notebook, desk(tmp_path / "assignment", solved=False), allow_errors=True)
    for name, ended, line in (
        ("reparameterize", "CheckFailed", "🔴"),
        ("see-reparameterize", "CheckFailed", '✏️ check("1")'),
        ("more-0", "NotImplementedError", "✏️ vae/model.py: task 1, reparameterize: "),
    ):
        [red] = [out for out in outputs[name] if out.output_type == "error"]
        assert red.ename == ended and len(red.traceback) == 1 and red.traceback[0].startswith(line), name


def test_the_answer_to_task_1_comes_after_its_check_is_green(notebooks, tmp_path):
    """Neither the prose nor a cell gives it away: not for an unwritten function, and not for a wrong one."""
    for notebook in notebooks.values():
        ids = [cell.id for cell in notebook.cells]
        before = "".join(cell.source for cell in notebook.cells[: ids.index("see-reparameterize") + 1])
        assert not re.search(r"exp\(|math\.e\b|sqrt|e\^|\\tfrac12", before)
    folder = desk(tmp_path / "assignment", solved=False)
    model = folder / "vae" / "model.py"
    wrong = "return mu + log_var.exp() * torch.randn_like(mu)"
    model.write_text(re.sub(r"raise NotImpl.*", wrong, model.read_text(encoding="utf-8")), encoding="utf-8")
    outputs = execute(cells_up_to("see-reparameterize"), folder, allow_errors=True)
    said = "".join(map(plain, outputs["see-reparameterize"]))
    assert "measured" not in said and "7.3" not in said


# --- what a notebook shows of the desk -----------------------------------------------------------------

SPINNER = re.compile(r"\x1b\[\?25l|\x1b\[\dA|\x1b\[2K|\r(?!\n)")


def test_check_answers_in_one_page_and_no_command_prints_frames(tmp_path):
    """`check`, `!` (a terminal here, a pipe on Windows), a pipe, and `%run`."""
    call = f"{sys.executable} -m vae check"
    more = (
        "%cd -q ..",
        f"!{call}",
        f"!{call} | cat",
        f"!{call} --all",
        "%run -m vae check",
        "check('4')",
        "check('5x')",
    )
    outputs = execute(
        cells_up_to("reparameterize", *more), desk(tmp_path / "assignment", solved=False), allow_errors=True
    )
    for name in ("reparameterize", "more-5", "more-6"):
        page, red = outputs[name]
        assert page.output_type == "display_data" and set(page.data) == {"text/html", "text/plain"}
        assert red.ename == "CheckFailed" and not SPINNER.search(page.data["text/plain"])
    html = outputs["reparameterize"][0].data["text/html"]
    assert (
        html.count("<pre") == 1 and re.search(r"vae/model\.py:\d+", html) and "○ ○ ○ ○ ○ ○ ○ ○ ○  0/9" in html
    )
    assert "reparameterize" in html and "\x1b" not in html and "no such task" in plain(outputs["more-6"][0])
    for number in (1, 2, 3, 4):
        said = "".join(map(plain, outputs[f"more-{number}"]))
        assert "reparameterize is not written yet." in said or "작성하지 않았습니다" in said
        assert not SPINNER.search(said) and "Traceback" not in said
        assert not [out for out in outputs[f"more-{number}"] if out.output_type == "error"]


def luminance(colour) -> float:
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def test_every_colour_can_be_read_on_a_dark_and_on_a_light_page(monkeypatch):
    """Contrast of at least 4.5, as WCAG asks, on JupyterLab's own pages and on Colab's dark one."""
    monkeypatch.syspath_prepend(ROOT / "assignment")
    for name in [name for name in sys.modules if name.partition(".")[0] == "vae"]:
        monkeypatch.delitem(sys.modules, name)
    from vae import notebook

    used = "31 32 33 36 90 1;31 1;32 1;33 1;36 1".split()
    html = notebook._page("\n".join(f"\x1b[{code}mword\x1b[0m   " for code in used))["text/html"]
    mixed = re.findall(r"(?<=[ \"])color: color-mix\(in srgb, currentColor (\d+)%, #(\w{6})\)", html)
    assert len(mixed) == len(used) - 1 and len(re.findall(r"(?<=[ \"])color: ", html)) == len(mixed)
    for share, colour in mixed:
        for text, page in ((0.13, 1.0), (1.0, 0x11 / 255), (1.0, 0x38 / 255)):
            part = int(share) / 100
            shown = [part * text + (1 - part) * int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
            light, dark = sorted((luminance(shown), luminance([page] * 3)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (colour, text, page)
    for name in [name for name in sys.modules if name.partition(".")[0] == "vae"]:
        monkeypatch.delitem(sys.modules, name)
