"""The hand-out: generated from the solution, failing as it is, passing once it is solved."""

import ast
import io
import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
import torch
from matplotlib.figure import Figure
from sklearn.datasets import load_digits

from autograder.homework import homework
from autograder.release import skeleton

ROOT = Path(__file__).resolve().parents[1]
ASSIGNMENT, SOLUTION = ROOT / "assignment", ROOT / "solution"
MNIST_ARCHIVES = ROOT.parent / "shared" / "data" / "MNIST" / "raw"
STUBS = {
    "model.py": {"1": "reparameterize"},
    "loss.py": {"2a": "reconstruction_loss", "2b": "kl_divergence", "2c": "loss_function"},
    "training.py": {"3a": "train_epoch", "3b": "train"},
    "latent.py": {"4a": "generate", "4b": "interpolate", "4c": "restore"},
}
PICTURES = {
    "loss",
    "loss_terms",
    "reconstructions",
    "latent_map",
    "samples",
    "interpolation",
    "restoration",
}


# --- the two trees -------------------------------------------------------------------------------------


def definitions(file: Path) -> dict[str, ast.FunctionDef | ast.ClassDef]:
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    return {node.name: node for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}


def outside(node: ast.FunctionDef | ast.ClassDef) -> tuple[str, ...]:
    """Everything in a definition except its body: decorators, parameters, annotations, bases, docstring."""
    head = [ast.dump(part) for part in node.decorator_list]
    if isinstance(node, ast.FunctionDef):
        head += [ast.dump(node.args), ast.dump(node.returns) if node.returns else ""]
    else:
        head += [ast.dump(base) for base in node.bases]
    return (*head, ast.get_docstring(node) or "")


def test_the_solution_has_the_four_files_and_no_more():
    assert {file.name for file in (SOLUTION / "vae").glob("*.py")} == set(STUBS)


@pytest.mark.parametrize("name", STUBS)
def test_both_trees_agree_bodies_aside(name):
    solved, given = definitions(SOLUTION / "vae" / name), definitions(ASSIGNMENT / "vae" / name)
    assert {key: outside(node) for key, node in solved.items()} == {
        key: outside(node) for key, node in given.items()
    }
    assert all(ast.get_docstring(solved[function]) for function in STUBS[name].values())


@pytest.mark.parametrize("name", STUBS)
def test_the_assignment_is_what_the_solution_generates(name):
    generated = skeleton.skeleton((SOLUTION / "vae" / name).read_text(encoding="utf-8"))
    assert (ASSIGNMENT / "vae" / name).read_text(encoding="utf-8") == generated, (
        "run python -m autograder.release.skeleton"
    )


@pytest.mark.parametrize(
    ("name", "task", "function"), [(name, *stub) for name, stubs in STUBS.items() for stub in stubs.items()]
)
def test_a_stub_is_its_docstring_and_a_loud_failure(name, task, function):
    _, *body = definitions(ASSIGNMENT / "vae" / name)[function].body
    [statement] = body
    assert isinstance(statement, ast.Raise)
    message = f"Task {task}: {function} is not written yet. 아직 작성되지 않았습니다."
    assert ast.unparse(statement.exc) == f"NotImplementedError({message!r})"


def test_given_functions_keep_their_bodies():
    solved, given = definitions(SOLUTION / "vae" / "model.py"), definitions(ASSIGNMENT / "vae" / "model.py")
    for function in ("__init__", "encode", "decode", "forward"):
        assert ast.dump(solved[function]) == ast.dump(given[function])


def test_the_skeleton_keeps_what_is_not_a_stub():
    source = '''def a():
    """Doc."""
    # TODO 7: do it.
    #   - a hint

    # why
    return 1


def b():
    # TODO 8: a remark without a docstring before it marks no stub.
    return 2


def c():
    """Doc."""
'''
    task = '    raise NotImplementedError("Task 7: a is not written yet. 아직 작성되지 않았습니다.")\n'
    assert skeleton.skeleton(source) == source.replace("\n    # why\n    return 1\n", task)


def test_drift_is_named_and_mended(tmp_path, kit_at, monkeypatch, capsys):
    for folder in ("assignment", "solution"):
        shutil.copytree(ROOT / folder / "vae", tmp_path / folder / "vae")
    kit_at(tmp_path)
    drifted = tmp_path / "assignment" / "vae" / "loss.py"
    drifted.write_text("# edited by hand\n", encoding="utf-8")
    outcomes = []
    for arguments in (["--check"], [], ["--check"]):
        monkeypatch.setattr(sys, "argv", ["skeleton", *arguments])
        outcomes.append((skeleton.main(), capsys.readouterr().out.strip().replace(os.sep, "/")))
    assert outcomes == [(1, "drifted: assignment/vae/loss.py"), (0, "wrote: assignment/vae/loss.py"), (0, "")]


# --- at the student's desk -----------------------------------------------------------------------------


def desk(folder: Path, *solved: str) -> Path:
    """A copy of the hand-out in which the named files are solved."""
    rubbish = shutil.ignore_patterns("__pycache__", ".pytest_cache", "runs")
    shutil.copytree(ASSIGNMENT, folder, ignore=rubbish)
    for name in solved:
        shutil.copy(SOLUTION / "vae" / name, folder / "vae" / name)
    return folder


@pytest.fixture(scope="module")
def untouched(tmp_path_factory):
    return desk(tmp_path_factory.mktemp("untouched") / "assignment")


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    return desk(tmp_path_factory.mktemp("finished") / "assignment", *STUBS)


def run(folder: Path, *arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )


def public_checks(folder: Path, tmp_path: Path) -> tuple[int, list[str]]:
    """How many public checks ran, and the texts of those that failed."""
    report = tmp_path / "report.xml"
    run(folder, "pytest", "-p", "no:cacheprovider", f"--junitxml={report}")
    cases = list(ElementTree.parse(report).iter("testcase"))
    return len(cases), [
        problem.text for case in cases for problem in (*case.iter("failure"), *case.iter("error"))
    ]


def test_the_solution_passes_every_public_check(finished, tmp_path):
    count, failures = public_checks(finished, tmp_path)
    assert count >= 2 * sum(map(len, STUBS.values())) and failures == []


def test_the_skeleton_fails_every_public_check(untouched, tmp_path):
    count, failures = public_checks(untouched, tmp_path)
    assert len(failures) == count
    functions = {re.search(r"^(\w+) is not written yet\.$", failure, re.MULTILINE)[1] for failure in failures}
    assert functions == {function for stubs in STUBS.values() for function in stubs.values()}
    assert not any("Traceback" in failure for failure in failures)


@pytest.mark.parametrize("name", STUBS)
def test_the_checks_of_a_file_need_that_file_alone(name, tmp_path):
    folder = desk(tmp_path / "assignment", name)
    part = next(iter(STUBS[name]))[0]
    result = run(folder, "vae", "check", part)
    assert result.returncode == 0, result.stdout


def test_every_public_check_says_its_behaviour_in_one_line_in_both_languages():
    for file in (ASSIGNMENT / "checks").glob("test_*.py"):
        for name, node in definitions(file).items():
            if name.startswith("test_"):
                said = re.fullmatch(r"([ -~]+\.) / (.*[가-힣].*)", ast.get_docstring(node) or "")
                assert said, f"{file.name}: {name}"


def test_check_runs_one_task_and_reports_by_its_exit_status(tmp_path):
    folder = desk(tmp_path / "assignment", "latent.py")
    assert run(folder, "vae", "check", "4b").returncode == 0
    result = run(folder, "vae", "check", "2b")
    assert result.returncode == 1
    assert "kl_divergence is not written yet." in result.stdout and "task 2a" not in result.stdout
    assert "Traceback" not in result.stdout


def test_train_draws_every_picture(finished, tmp_path):
    result = run(finished, "vae", "train", "--epochs", 1, "--device", "cpu", "--out", tmp_path / "runs")
    assert result.returncode == 0, result.stderr
    assert {file.stem for file in (tmp_path / "runs").glob("*.png")} == PICTURES


def test_train_names_the_unfinished_task(untouched, tmp_path):
    result = run(untouched, "vae", "train", "--out", tmp_path / "runs")
    assert result.returncode == 1
    assert re.search(r"^train is not written yet\.$", result.stderr, re.MULTILINE)
    assert "python -m vae check 3b" in result.stderr and "Traceback" not in result.stderr


def test_train_draws_what_it_can(tmp_path):
    folder = desk(tmp_path / "assignment", "model.py", "loss.py", "training.py")
    result = run(folder, "vae", "train", "--epochs", 1, "--device", "cpu", "--out", tmp_path / "runs")
    assert result.returncode == 1
    unwritten = re.findall(r"^(\w+) is not written yet\.$", result.stderr, re.MULTILINE)
    assert unwritten == ["generate", "interpolate", "restore"]
    assert {file.stem for file in (tmp_path / "runs").glob("*.png")} == {
        "loss",
        "loss_terms",
        "reconstructions",
        "latent_map",
    }


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("--epochs", 0), 2, "numbers must be greater than 0"),
        (("--out", "README.md"), 1, "--out README.md: "),
    ],
)
def test_train_turns_bad_arguments_down_in_one_line(untouched, arguments, status, said):
    result = run(untouched, "vae", "train", *arguments)
    assert result.returncode == status
    assert said in result.stderr.splitlines()[-1] and "Traceback" not in result.stderr


README, README_KO = (
    (ASSIGNMENT / name).read_text(encoding="utf-8") for name in ("README.md", "README.ko.md")
)


@pytest.mark.parametrize(
    "pattern",
    [
        r"^#+ ",  # headings
        r"^\|.*\|$",  # rows of tables
        r"^- ",
        r"^\d\. ",
        r"^> \*\*",
        r"`\w+\.py`",
        r"\*\*",
        r"https?://\S+",
    ],
)
def test_both_readmes_have_the_same_parts(pattern):
    english, korean = (re.findall(pattern, readme, re.MULTILINE) for readme in (README, README_KO))
    assert len(english) == len(korean) > 0


def code(readme: str) -> list[str]:
    """The lines to type, without their comments."""
    blocks = re.findall(r"^```\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    return [line.partition("#")[0].strip() for block in blocks for line in block.splitlines()]


def tasks(readme: str) -> list[list[str]]:
    """The rows of the table of tasks, in cells: number, function, file, points, difficulty, time."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in readme.splitlines()
        if line.startswith("|")
    ]
    return [row for row in rows if len(row) == 6 and row[3].isdigit()]


def test_both_readmes_say_to_type_the_same():
    assert code(README) == code(README_KO)
    commands = {line.split()[3] for line in code(README) if line.startswith("python -m vae")}
    assert commands == {"check", "hint", "status", "reset", "train", "submit"}


def test_both_readmes_name_every_task_with_its_points():
    cells = [
        cell["metadata"]["nbgrader"]
        for cell in json.loads((ASSIGNMENT / "lab" / "lab.en.ipynb").read_text(encoding="utf-8"))["cells"]
        if "nbgrader" in cell["metadata"]
    ]
    points = {cell["grade_id"]: str(cell["points"]) for cell in cells}
    given = [
        [task, f"`{function}`", f"`vae/{file}`", points[function]]
        for file, stubs in STUBS.items()
        for task, function in stubs.items()
    ]
    for readme in (README, README_KO):
        rows = tasks(readme)
        assert [row[:4] for row in rows if row[0]] == given
        assert [row[3] for row in rows if not row[0]] == [points["short_run"]]
        assert sum(int(row[3]) for row in rows) == homework().max_score
    for english, korean in zip(tasks(README), tasks(README_KO), strict=True):
        assert english[4] == korean[4] and english[5] == korean[5].replace("분", " min")


def test_no_page_says_how_many_tasks_or_points_there_are():
    """The numbers change with the homework. Tables that do give them are compared with the record by a test."""
    pages = [
        *ROOT.glob("README*.md"),
        *ROOT.glob("docs/*.md"),
        *ASSIGNMENT.rglob("*.md"),
        SOLUTION / "lab" / "lab.md",
    ]
    pages += [page for page in (ROOT / "release").rglob("*") if page.suffix in (".md", ".txt")]
    told = re.compile(
        r"\b(nine|9) (short )?(functions|tasks|stubs)|(아홉|9개의?) ?(과제|함수)|함수 아홉|\b100 points of code|코드 100점"
    )
    assert len(pages) > 20
    for page in pages:
        found = told.search(page.read_text(encoding="utf-8"))
        assert not found, f"{page.relative_to(ROOT)}: {found and found[0]}"


# --- data and plots ------------------------------------------------------------------------------------


@pytest.fixture
def vae(finished, monkeypatch):
    """The finished hand-out's `vae` with its modules data, model and plots; no other test's `vae` gets in the way."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "vae"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(finished)
    import vae
    import vae.data
    import vae.model
    import vae.plots

    yield vae
    for name in [name for name in sys.modules if name.partition(".")[0] == "vae"]:
        del sys.modules[name]


def assert_images(images, count):
    assert (
        images.images.shape == (count, 1, 28, 28) and images.labels.shape == (count,) and len(images) == count
    )
    assert images.images.dtype == torch.float32 and images.labels.dtype == torch.int64
    assert images.images.is_contiguous()
    assert images.images.min() == 0 and images.images.max() == 1
    assert set(images.labels.tolist()) == set(range(10))


@pytest.mark.parametrize(("train", "count"), [(True, 1437), (False, 360)])
def test_digits_are_images(vae, train, count):
    assert_images(vae.data.load("digits", train), count)


def test_the_digits_are_scikit_learns(vae):
    """The hand-out reads the digits without importing scikit-learn."""
    scikit_learns = load_digits()
    images = torch.from_numpy(scikit_learns.images).float()[:, None] / 16
    both = [vae.data.load("digits", train) for train in (True, False)]
    torch.testing.assert_close(
        torch.cat([part.images for part in both]),
        torch.nn.functional.interpolate(images, size=28, mode="bilinear").clamp(0, 1),
        rtol=0,
        atol=0,
    )
    assert torch.equal(
        torch.cat([part.labels for part in both]), torch.from_numpy(scikit_learns.target).long()
    )


def test_digits_without_scikit_learn_are_an_error_that_the_desk_explains(vae, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(ModuleNotFoundError) as caught:
        vae.data.load("digits")
    assert caught.value.name == "sklearn"


def test_an_unknown_dataset_is_an_error(vae):
    with pytest.raises(ValueError, match=r"'digits'.*'mnist'"):
        vae.data.load("cifar")


def test_a_loader_yields_the_whole_dataset(vae):
    images = vae.data.load("digits")
    loader = vae.data.loader(images, batch_size=128)
    batches = list(loader)
    assert loader.dataset is images
    assert [len(x) for x, _ in batches] == [128] * 11 + [1437 - 11 * 128]
    assert all(x.shape[1:] == (1, 28, 28) and labels.shape == x.shape[:1] for x, labels in batches)
    assert torch.equal(torch.cat([labels for _, labels in batches]).bincount(), images.labels.bincount())
    torch.testing.assert_close(torch.cat([x for x, _ in batches]).mean(dim=0), images.images.mean(dim=0))


def test_a_seed_fixes_the_order(vae):
    images = vae.data.load("digits", train=False)

    def order(**settings):
        return torch.cat([labels for _, labels in vae.data.loader(images, 100, **settings)])

    assert torch.equal(order(seed=1), order(seed=1))
    assert not torch.equal(order(seed=1), order(seed=2))
    assert torch.equal(order(shuffle=False), images.labels)


@pytest.fixture
def mnist_root(tmp_path):
    if not MNIST_ARCHIVES.is_dir():
        pytest.skip("the MNIST archives are not here: ../shared/data/MNIST/raw does not exist")
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for archive in MNIST_ARCHIVES.glob("*.gz"):
        shutil.copyfile(archive, raw / archive.name)  # not its permissions: the originals may be read-only
    return tmp_path


@pytest.fixture
def no_network(monkeypatch):
    from torchvision.datasets import MNIST

    monkeypatch.setattr(MNIST, "mirrors", ["http://127.0.0.1:9/"])  # nobody listens on the discard port
    monkeypatch.setenv("no_proxy", "*")


def test_mnist_is_taken_from_its_archives(vae, mnist_root, no_network, monkeypatch, capfd):
    assert_images(vae.data.load("mnist", root=mnist_root), 60_000)
    monkeypatch.setenv("VAE_DATA_ROOT", str(mnist_root))
    assert_images(vae.data.load("mnist", train=False), 10_000)
    assert capfd.readouterr() == ("", "")


def unavailable(vae, root):
    with pytest.raises(vae.data.DataUnavailable) as caught:
        vae.data.load("mnist", root=root)
    message = str(caught.value)
    assert "\n" not in message and str(root) in message and message.count("--dataset digits") == 2
    return message


def test_no_network_is_said_in_one_line(vae, tmp_path, no_network):
    assert "could not be downloaded" in unavailable(vae, tmp_path)


def test_broken_files_are_said_in_one_line(vae, tmp_path, no_network):
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for archive in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"):
        (raw / f"{archive}-ubyte").write_bytes(b"\0\0\x08\x03 cut off")
    assert "broken" in unavailable(vae, tmp_path)


def test_an_unusable_root_is_said_in_one_line(vae, tmp_path, no_network):
    (tmp_path / "file").touch()
    assert "VAE_DATA_ROOT" in unavailable(vae, tmp_path / "file")


@pytest.mark.parametrize("latent_dim", [2, 5])
def test_plots_are_figures(vae, latent_dim):
    torch.manual_seed(0)
    plots, model = vae.plots, vae.model.VAE(latent_dim)
    test = vae.data.load("digits", train=False)
    x = test.images[:3]
    known = torch.rand_like(x).round()
    latent_map = plots.latent_map(model, test.images, test.labels)
    assert ("principal component" in latent_map.axes[0].get_xlabel()) == (latent_dim > 2)
    for figure in (
        latent_map,
        plots.loss_curve([3.0, 2.0]),
        plots.reconstructions(model, x),
        plots.samples(x, columns=2),
        plots.interpolation(x),
        plots.restoration(x, known, x),
        plots.restoration(x, known, x, baseline=x),
    ):
        assert isinstance(figure, Figure)
        file = io.BytesIO()
        figure.savefig(file, format="png")
        assert file.getvalue().startswith(b"\x89PNG")
    assert all(parameter.grad is None for parameter in model.parameters())
