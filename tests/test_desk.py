"""The student's desk: what `python -m vae check`, `hint`, `status`, `reset` and the watch mode say and do."""

import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from test_handout import ASSIGNMENT, SOLUTION, STUBS, desk, run

from autograder.checks import bank, measured
from autograder.checks.remote import RemoteSubmission
from autograder.homework import homework
from autograder.messages import Message
from autograder.release import generated, readings
from autograder.run import Run

IDS = [task for stubs in STUBS.values() for task in stubs]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A copy of the hand-out in a folder with spaces and Hangul, and its desk's modules."""
    folder = desk(tmp_path_factory.mktemp("tmp") / "내 과제 1")
    patch = pytest.MonkeyPatch()
    for name in [name for name in sys.modules if name.partition(".")[0] == "vae"]:
        patch.delitem(sys.modules, name)
    patch.syspath_prepend(folder)
    names = ("environment", "failure_in_text", "hints", "korean", "memory", "reset", "runner", "tasks")
    modules = {name: importlib.import_module(f"vae.desk.{name}") for name in names}
    yield SimpleNamespace(folder=folder, **modules)
    for name in [name for name in sys.modules if name.partition(".")[0] == "vae"]:
        del sys.modules[name]
    patch.undo()


@pytest.fixture(scope="module")
def worker(home):
    with home.runner.Worker(warm=True) as warm:
        yield warm


@pytest.fixture
def vae(home):
    """The folder of the four files, fresh for each test."""
    folder = home.folder / "vae"
    for name in STUBS:
        (folder / name).unlink(missing_ok=True)
        shutil.copy(ASSIGNMENT / "vae" / name, folder)
    yield folder
    for stray in [*folder.glob("*.txt"), *folder.glob("*(1).py"), *home.folder.glob("*.ipynb")]:
        stray.unlink()


def stub_replaced(folder: Path, function: str, text: str) -> None:
    """Put other text in the place of the line `raise NotImplementedError` of one function."""
    file = folder / next(name for name, stubs in STUBS.items() if function in stubs.values())
    before = file.read_text(encoding="utf-8")
    after = re.sub(rf'raise NotImplementedError\("Task \w+: {function} .*"\)', lambda _: text, before)
    assert after != before
    file.write_text(after, encoding="utf-8")


# --- what can be seen without running -------------------------------------------------------------------


def test_each_untouched_task_says_what_to_write_and_where(home, vae):
    for task in home.tasks.TASKS:
        failure = home.failure_in_text.problem(task)
        line = (vae / task.file).read_text(encoding="utf-8").splitlines()[failure.line - 1]
        assert failure.kind == "stub" and f"Task {task.id}:" in line and failure.place.startswith(task.name)
        assert failure.called == task.call and failure.expected == task.expected
        assert task.function in task.call and re.search("[가-힣]", task.todo.ko)


BROKEN = {
    "tabs": ("\treturn mu\n        return mu", "Tabs and spaces"),
    "indentation": ("x = 1\n       return mu", "matches no line above"),
    "deeper": ("x = 1\n            return mu", "indented more"),
    "bracket": ("return torch.exp(mu", "bracket"),
    "colon": ("if True\n            pass", "colon"),
    "quote": ("print('mu)", "quotation mark"),
    "wide bracket": ("return torch.exp（mu）", "not plain English"),
    "notebook command": ("%matplotlib inline", "notebook command"),
    "slip": ("return mu mu", "typo on this line"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_is_no_python_names_the_line_and_the_slip(home, vae, name):
    text, said = BROKEN[name]
    stub_replaced(vae, "reparameterize", text)
    failure = home.failure_in_text.problem(home.tasks.TASKS[0])
    assert failure.kind == "error" and said in failure.cause.en
    assert 60 < failure.line < 75 and failure.place.startswith("vae/model.py:")


def test_a_file_of_another_kind_is_named(home, vae):
    task = home.tasks.BY_ID["2b"]
    written = task.path.read_text(encoding="utf-8") + "# 한글 주석\n"
    for content, said in [
        (json.dumps({"cells": [], "nbformat": 4}).encode(), "saved notebook"),
        (written.encode("cp949", "replace"), "UTF-8"),
        (written.encode("utf-16"), "UTF-8"),
        (b"", "is missing from vae/loss.py"),
    ]:
        task.path.write_bytes(content)
        failure = home.failure_in_text.problem(task)
        assert failure.kind == "error" and said in str(failure)


def test_another_name_is_recognised(home, vae):
    text = (vae / "model.py").read_text(encoding="utf-8")
    (vae / "model.py").write_text(text.replace("def reparameterize(", "def reparametrize("), encoding="utf-8")
    failure = home.failure_in_text.problem(home.tasks.TASKS[0])
    assert "You renamed it: reparametrize on line" in failure.cause.en and failure.source.startswith(
        "def reparametrize("
    )


def test_lost_indentation_is_recognised(home, vae):
    text = (vae / "model.py").read_text(encoding="utf-8")
    (vae / "model.py").write_text(
        f"{text}\n\ndef reparameterize(mu, log_var):\n    return mu\n", encoding="utf-8"
    )
    assert home.failure_in_text.problem(home.tasks.TASKS[0]).kind == "stub"
    text = text.replace("    def reparameterize(", "    def other(")
    (vae / "model.py").write_text(
        f"{text}\n\ndef reparameterize(mu, log_var):\n    return mu\n", encoding="utf-8"
    )
    assert "indented differently" in home.failure_in_text.problem(home.tasks.TASKS[0]).cause.en


def test_a_line_left_over_and_a_second_definition_are_seen(home, vae):
    stub_replaced(vae, "kl_divergence", "kl = mu.sum()\n    raise NotImplementedError()")
    assert "still there" in home.failure_in_text.problem(home.tasks.BY_ID["2b"]).what.en
    stub_replaced(vae, "reconstruction_loss", "return recon_x.sum()\n    raise NotImplementedError()")
    assert home.failure_in_text.problem(home.tasks.BY_ID["2a"]) is None  # never reached
    text = (vae / "loss.py").read_text(encoding="utf-8")
    twice = f"def loss_function(recon_x, x, mu, log_var):\n    return mu.sum()\n\n\n{text}"
    (vae / "loss.py").write_text(twice, encoding="utf-8")
    assert "is defined twice" in home.failure_in_text.problem(home.tasks.BY_ID["2c"]).what.en


def test_work_in_the_wrong_place_is_found(home, vae):
    task = home.tasks.BY_ID["4a"]
    (vae / "latent (1).py").write_text(
        "def generate(model, count, device):\n    return 1\n", encoding="utf-8"
    )
    assert "is written in vae/latent (1).py" in home.failure_in_text.problem(task).cause.en
    (vae / "latent (1).py").unlink()
    cell = {"cell_type": "code", "source": ["import torch\n", "def generate(model, count, device):\n"]}
    (home.folder / "mine.ipynb").write_text(json.dumps({"cells": [cell]}), encoding="utf-8")
    assert "cell of the notebook mine.ipynb" in home.failure_in_text.problem(task).cause.en
    (home.folder / "mine.ipynb").unlink()
    (vae / "latent.py").rename(vae / "latent.py.txt")
    assert "Is it vae/latent.py.txt?" in home.failure_in_text.problem(task).cause.en
    (vae / "latent.py.txt").unlink()
    assert "reset 4a" in home.failure_in_text.problem(task).cause.en


# --- Korean particles -----------------------------------------------------------------------------------

FITTING = """
vae/model.py를 vae/latent (1).py가 vae/loss.py.txt는 mine.ipynb로 복사본.py와 코드를 모델로 과제를 파일이 말은
reparameterize를 reconstruction_loss가 kl_divergence를 loss_function을 train_epoch과 train이 generate는
interpolate로 restore로 torch를 torchvision이 numpy가 pytest가 rich가 tqdm이 matplotlib이 scikit-learn이
KL로 KL은 mu로 log_var를 z를 batch를 check를 step을 reset으로 model로 file이 name은 3.9.0은 3.9.1은 3.9.1로 3.8.2는 2a를
`kl_divergence`를 '(loss_function)'으로
"""


def test_korean_particles_fit_the_word_before(home):
    pairs = ("을/를", "이/가", "은/는", "과/와", "으로/로")
    for fitting in re.split(r"(?<!latent)\s+", FITTING.strip()):
        [pair] = [pair for pair in pairs if re.search(rf"({pair.replace('/', '|')})$", fitting)]
        word = re.sub(rf"({pair.replace('/', '|')})$", "", fitting)
        assert home.korean.with_particle(word, pair) == fitting


def test_no_message_leaves_the_particle_open():
    written = [file for kind in ("py", "md", "ipynb") for file in ASSIGNMENT.rglob(f"*.{kind}")]
    for file in [
        file for file in written if file.parent.name != "measured"
    ]:  # these choose it when they are filled
        found = re.search(r"(을|은|이|으)\((를|는|가|로)\)|\(으\)로", file.read_text(encoding="utf-8"))
        assert not found, f"{file.name}: {found and found[0]}"


# --- what the checks say --------------------------------------------------------------------------------

# Misconceptions from the bank that a check recognises, and the words that must name each.
NAMED = {
    "reparameterize--torch-normal": "gradient is cut",
    "reparameterize--no-return": "returns None",
    "reparameterize--math-exp": "not math.exp",
    "reparameterize--self-forgotten": "parameters are not as given",
    "loss_function--functions-added": "forgot the parentheses",
    "train_epoch--batch-not-unpacked": "Unpack them",
    "kl_divergence--item": "not a number",
    "train_epoch--no-zero-grad": "Gradients pile up",
    "train_epoch--divided-by-number-of-batches": "not of images",
    "train_epoch--return-in-loop": "return inside the for",
    "train_epoch--no-step": "step() is not called",
    "train--optimizer-every-epoch": "Make Adam once",
    "generate--with-gradients": "Switch them off",
    "restore--mask-inverted": "1 means known",
    "restore--starts-from-x": "The answer leaks in",
    "restore--x-edited": "Make a new tensor",
}


@pytest.fixture(scope="module")
def wrong():
    return {entry.name: entry for entry in bank.entries(homework().bank, "wrong")}


@pytest.mark.parametrize("name", NAMED)
def test_a_common_misconception_is_named(home, worker, vae, wrong, name):
    for file, text in bank.files(wrong[name]).items():
        (vae / file).write_text(text, encoding="utf-8")
    [task] = home.tasks.named(name.partition("--")[0])
    [outcome] = worker.check([task])
    failure = outcome.failure
    assert NAMED[name] in failure.cause.en and re.search("[가-힣]", failure.cause.ko)
    assert failure.called and failure.returned and failure.expected
    assert (
        failure.file == task.name and failure.line and (failure.source or failure.function == task.function)
    )
    assert not outcome.done and outcome.passed < outcome.total


# Wrong submissions from the bank whose functions the desk measures.
MEASURED = (
    "kl_divergence--missing-half",
    "kl_divergence--mean-over-all",
    "kl_divergence--log-var-for-var",
    "kl_divergence--mu-detached",
    "reparameterize--var-as-std",
    "reconstruction_loss--default-mean",
    "loss_function--elbo-itself",
    "generate--uniform",
    "interpolate--sampled-z",
)


def measured_entries(names):
    return [name for name in names if name.partition("--")[0] in readings.stubs()]


@pytest.mark.parametrize("name", measured_entries(MEASURED))
def test_the_desk_says_what_the_grader_measures(home, worker, vae, wrong, name, warm_parent):
    """The same statements with the same values, in both languages and in the place of a guess."""
    stub = name.partition("--")[0]
    for file, text in bank.files(wrong[name]).items():
        (vae / file).write_text(text, encoding="utf-8")
    [outcome] = worker.check(home.tasks.named(stub))
    run = Run(homework(), "digits", None, "cpu", 0, "en")
    remote = RemoteSubmission(bank.submission(wrong[name]), homework().stubs[stub].part, warm_parent, run)
    try:
        statements = measured.measured(stub, lambda calls: remote.ask("many", {"calls": calls}), 0)
    finally:
        remote.close()
    assert statements
    said = [[sentences(each, language) for each in statements] for language in ("ko", "en")]
    assert [*outcome.failure.computes] == [" ".join(each) for each in said]
    assert outcome.failure.computes.en in str(outcome.failure)


def sentences(statement, language):
    """The words of a statement; the formula that is asked for is written as in the tasks, with sigma."""
    asked = statement.values.get("asked")
    if isinstance(asked, str):
        asked = re.sub(r"exp\((0\.5\*log_var|log_var/2)\)", "sigma", asked)
        asked = asked.replace("exp(log_var)", "sigma^2").replace("log_var", "log(sigma^2)")
    return Message(f"measured.{statement.id}", {**statement.values, "asked": asked}).text(language)


def test_right_code_is_not_measured_as_wrong(home, vae):
    for name in STUBS:
        shutil.copy(SOLUTION / "vae" / name, vae)
    code = "from vae.desk import measuring, tasks; print([measuring.computes(task)[0].en for task in tasks.TASKS])"
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=home.folder, capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == str([""] * len(IDS))


@pytest.mark.parametrize(
    "text", ["while True: pass", "return {'a': object()}", "exit()", "return mu.log()", "return"]
)
def test_whatever_a_function_does_the_desk_goes_on(home, worker, vae, text):
    """The checks, which give shapes (3, 4) and (1, 3), get a wrong number; the further questions get something else."""
    stub_replaced(vae, "kl_divergence", f"if mu.shape in ((3, 4), (1, 3)): return mu.sum() + 7\n    {text}")
    began = time.monotonic()
    [outcome] = worker.check([home.tasks.BY_ID["2b"]])
    assert outcome.failure.kind == "wrong" and outcome.red and time.monotonic() - began < home.runner.PATIENCE
    assert not outcome.done and outcome.complete


def test_the_readings_of_the_desk_are_the_graders():
    files = readings.wanted()
    assert files and not generated.drifted(files)
    assert {*files} == {*(ASSIGNMENT / "vae" / "desk" / "measured").glob("*.py")}
    assert not {"restore", "train_epoch", "train"} & {file.stem for file in files}


RAISED = {
    "return unknown_name": ("NameError", "misspelt"),
    "return torch.exp(mu @ log_var)": ("RuntimeError", "* for a product of elements"),
    "exit()": ("SystemExit", "Remove exit()"),
    "return self.reparameterize(mu, log_var)": ("RecursionError", "calls itself"),
    "import nowhere_to_be_found": ("ModuleNotFoundError", "You may import"),
    "return mu.sum(1).view(128, 3)": ("RuntimeError", "hard-code the batch size"),
    "return torch.exp(0.5 * log_varr)": ("NameError", "misspelt"),
}


@pytest.mark.parametrize("text", RAISED)
def test_an_exception_is_explained_without_a_traceback(home, worker, vae, text):
    kind, said = RAISED[text]
    stub_replaced(vae, "reparameterize", text)
    [outcome] = worker.check(home.tasks.TASKS[:1])
    assert outcome.failure.returned.startswith(kind) and said in outcome.failure.cause.en
    assert outcome.failure.source == text and "Traceback" not in str(outcome.failure)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("while True: pass", "Stopped after 5 seconds"),
        ("__import__('os')._exit(7)", "ended during the check"),
    ],
)
def test_a_task_that_hangs_or_vanishes_costs_its_own_tick_alone(home, worker, vae, text, said):
    for name in {*STUBS} - {"latent.py"}:
        shutil.copy(SOLUTION / "vae" / name, vae)
    stub_replaced(vae, "generate", text)
    failures = {each.task.id: each.failure for each in worker.check(home.tasks.TASKS) if not each.done}
    assert {task: failure.kind for task, failure in failures.items()} == {
        "4a": "error",
        "4b": "stub",
        "4c": "stub",
    }
    assert said in failures["4a"].what.en


def test_a_file_that_hangs_while_it_is_loaded_costs_its_own_tasks_alone(home, worker, vae):
    for name in STUBS:
        shutil.copy(SOLUTION / "vae" / name, vae)
    latent = vae / "latent.py"
    latent.write_text(latent.read_text(encoding="utf-8") + "\nwhile True: pass\n", encoding="utf-8")
    outcomes = worker.check(home.tasks.TASKS)
    assert [each.task.id for each in outcomes if not each.done] == ["4a", "4b", "4c"]
    assert all("Stopped after 5 seconds" in each.failure.what.en for each in outcomes if not each.done)


def test_a_process_that_vanishes_is_reported_and_the_next_run_works(home, worker, vae):
    stub_replaced(vae, "reparameterize", "__import__('os')._exit(7)")
    [outcome] = worker.check(home.tasks.TASKS[:1])
    assert "ended during the check" in outcome.failure.what.en and outcome.failure.file == "vae/model.py"
    shutil.copy(SOLUTION / "vae" / "model.py", vae)
    [outcome] = worker.check(home.tasks.TASKS[:1])
    assert outcome.done and outcome.passed == outcome.total > 2


def test_a_loop_without_end_is_given_up(home, worker, vae, monkeypatch):
    stub_replaced(vae, "reparameterize", "while True: pass")
    began = worker.begin(home.tasks.TASKS[:1])
    began.deadline = 0
    while not worker.poll(began, 0.1):
        began.deadline = 0
    assert "a loop that never ends" in began.outcomes["1"].failure.cause.en


def test_what_the_code_prints_is_shown_beside_the_failure(home, worker, vae):
    stub_replaced(vae, "kl_divergence", "print('mu is', tuple(mu.shape))\n    return mu.sum()")
    [outcome] = worker.check([home.tasks.BY_ID["2b"]])
    assert outcome.failure.printed.endswith("mu is (3, 4)")


def test_a_worker_that_cannot_fork_answers_as_well(home, vae, monkeypatch):
    """As on Windows and macOS: each run has its own process, and the next one is started ahead."""
    monkeypatch.setenv("VAE_DESK_NO_FORK", "1")
    shutil.copy(SOLUTION / "vae" / "model.py", vae)
    with home.runner.Worker(warm=True) as worker:
        pid = worker.process.pid
        [first] = worker.check(home.tasks.TASKS[:1])
        assert not worker.forks and worker.process.pid != pid
        text = (vae / "model.py").read_text(encoding="utf-8")
        (vae / "model.py").write_text(text.replace("0.5 * log_var", "log_var"), encoding="utf-8")
        [second] = worker.check(home.tasks.TASKS[:1])
    assert first.done and "exp(log_var)*eps" in second.failure.computes.en


# --- the machine ----------------------------------------------------------------------------------------


def test_a_machine_that_does_not_fit_has_messages_of_its_own(home):
    of_error = home.environment.of_error
    assert "torch is not installed" in str(of_error(ModuleNotFoundError("No module", name="torch")))
    assert "scikit-learn is not" in str(of_error(ModuleNotFoundError("No module", name="sklearn.datasets")))
    misfit = of_error(RuntimeError("operator torchvision::nms does not exist"))
    assert "versions of torch and torchvision do not match" in misfit.what.en and re.search(
        r"torch \d.*torchvision \d", misfit.returned
    )
    assert "cannot be loaded" in str(of_error(OSError("[WinError 126] Error loading c10.dll")))
    assert of_error(ModuleNotFoundError("No module", name="other")) is None
    assert of_error(RuntimeError("the size of tensor a")) is None


def test_a_missing_package_is_said_in_one_message(home, tmp_path):
    """With this test's Python, but without site-packages: neither torch nor rich is there."""
    command = [sys.executable, "-S", "-m", "vae", "check"]
    result = subprocess.run(command, cwd=home.folder, capture_output=True, encoding="utf-8", timeout=60)
    assert result.returncode == 1 and "torch is not installed." in result.stderr
    assert "pip install -r requirements.txt" in result.stderr and "Traceback" not in result.stderr


def test_a_torchvision_that_does_not_fit_is_said_where_it_strikes(home, worker, vae):
    text = (vae / "loss.py").read_text(encoding="utf-8")
    raising = 'raise RuntimeError("operator torchvision::nms does not exist")\n'
    solved = (SOLUTION / "vae" / "loss.py").read_text(encoding="utf-8")
    assert text != solved
    (vae / "loss.py").write_text(solved + raising, encoding="utf-8")
    [outcome] = worker.check([home.tasks.BY_ID["2b"]])
    assert outcome.failure.kind == "setup" and "force-reinstall torch torchvision" in outcome.failure.cause.ko


@pytest.mark.parametrize("arguments", [("-m", "vae", "check"), ("training.py",)])
def test_the_wrong_folder_is_named(home, vae, arguments):
    result = subprocess.run(
        [sys.executable, *arguments],
        cwd=vae,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert result.returncode == 1 and f'cd "{home.folder}"' in result.stderr
    assert "Traceback" not in result.stderr


def test_the_desk_can_be_called_from_any_folder(home, vae, tmp_path):
    result = subprocess.run(
        [sys.executable, str(vae), "check", "1"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert result.returncode == 1 and "reparameterize is not written yet" in result.stdout


def test_pytest_in_the_wrong_folder_says_where_to_go(home, vae):
    result = run(vae, "pytest", "-p", "no:cacheprovider")
    assert result.returncode == pytest.ExitCode.NO_TESTS_COLLECTED and f'cd "{home.folder}"' in result.stdout


# --- commands -------------------------------------------------------------------------------------------


def test_check_shows_the_next_unfinished_task_and_one_failure(home, vae):
    for name in ("model.py", "loss.py"):
        shutil.copy(SOLUTION / "vae" / name, vae)
    result = run(home.folder, "vae", "check")
    assert result.returncode == 1
    assert result.stdout.count("called  ") == 1 and "train_epoch is not written yet." in result.stdout
    assert re.search(r"vae/training\.py:\d+", result.stdout) and "python -m vae hint 3a" in result.stdout


def test_status_counts_the_nine_tasks(home, vae):
    for name in ("model.py", "loss.py"):
        shutil.copy(SOLUTION / "vae" / name, vae)
    stub_replaced(vae, "generate", "return 1")
    result = run(home.folder, "vae", "status")
    assert result.returncode == 1 and "4/9" in result.stdout
    found = re.findall(r"^ *([●×○]) +(\w+) +\w+ +vae", result.stdout, re.MULTILINE)
    assert found == [*zip("●●●●○○×○○", IDS, strict=True)]


def test_a_korean_console_shows_everything(home, vae):
    """Code page 949 has every character of the desk, and a character that it lacks crashes nothing."""
    for arguments in (["check"], ["hint", "4c", "--all"], ["check", "99"]):
        result = subprocess.run(
            [sys.executable, "-m", "vae", *arguments],
            cwd=home.folder,
            env={**os.environ, "PYTHONIOENCODING": "cp949", "LC_ALL": "ko_KR"},
            capture_output=True,
            timeout=120,
        )
        said = (result.stdout + result.stderr).decode("cp949")
        assert (
            "Traceback" not in said
            and re.search("[가-힣]", said)
            and "?" not in re.sub(r"[\w)가-힣]\?|\?\w", "", said)
        )


def test_every_word_of_the_desk_fits_a_korean_console():
    files = [
        *(ASSIGNMENT / "vae" / "desk").glob("*.py"),
        *(ASSIGNMENT / "checks").glob("*.py"),
        ASSIGNMENT / "vae" / "vae.py",
    ]
    for file in files:
        file.read_text(encoding="utf-8").encode("cp949")


@pytest.mark.parametrize(
    ("word", "ids"),
    [
        ("2b", "2b"),
        ("2", "2a 2b 2c"),
        ("loss", "2a 2b 2c"),
        ("KL_divergence", "2b"),
        ("vae/latent.py", "4a 4b 4c"),
        ("reparameterize", "1"),
        ("train", "3b"),
        ("training", "3a 3b"),
    ],
)
def test_a_task_has_several_names(home, word, ids):
    assert [task.id for task in home.tasks.named(word)] == ids.split()


def test_an_unknown_task_is_turned_down_in_one_line(home, vae):
    result = run(home.folder, "vae", "check", "5x")
    assert result.returncode == 2 and "no such task" in result.stderr and "Traceback" not in result.stderr
    assert "name one of them: 2a, 2b, 2c" in run(home.folder, "vae", "reset", "loss").stderr


def test_hints_come_one_at_a_time_and_are_remembered(home, vae):
    home.memory.MEMORY.unlink(missing_ok=True)
    task = home.tasks.BY_ID["2b"]
    numbers = [home.hints.next_hint(task)[0] for _ in range(4)]
    assert numbers == [1, 2, 3, 3] and home.hints.given(task) == [0, 1, 2]
    assert home.hints.next_hint(home.tasks.BY_ID["1"])[0] == 1
    home.memory.MEMORY.write_text('{"2b": "x", "1": [-4, {}]}', encoding="utf-8")
    assert home.hints.next_hint(task)[0] == 1  # a corrupt memory starts over
    assert set(home.hints.HINTS) == set(IDS)
    assert all(2 <= len(hints) <= 3 for hints in home.hints.HINTS.values())
    result = run(home.folder, "vae", "hint", "2b")
    assert result.returncode == 0 and "hint 2 of 3" in result.stdout


def test_no_hint_holds_the_solution(home):
    for name in STUBS:
        text = (SOLUTION / "vae" / name).read_text(encoding="utf-8")
        lines = re.findall(r"^ +(?:return .{25,}|std = .*|mu_start, .*|t = .*|z = .*)$", text, re.MULTILINE)
        words = " ".join(f"{hint.ko} {hint.en}" for hints in home.hints.HINTS.values() for hint in hints)
        for line in lines:
            assert line.strip().removeprefix("return ") not in words


# --- reset ----------------------------------------------------------------------------------------------


def test_reset_restores_one_function_and_keeps_a_backup(home, vae):
    solved = (SOLUTION / "vae" / "loss.py").read_text(encoding="utf-8")
    (vae / "loss.py").write_bytes(("# 내 메모\n" + solved).replace("\n", "\r\n").encode())
    result = run(home.folder, "vae", "reset", "kl_divergence", "--yes")
    assert result.returncode == 0
    text = (vae / "loss.py").read_bytes().decode()
    original = (ASSIGNMENT / "vae" / "loss.py").read_text(encoding="utf-8")
    stub = re.search(r"def kl_divergence.*?NotImplementedError.*?\n", original, re.DOTALL)[0]
    assert stub in text.replace("\r\n", "\n") and "\n" not in text.replace("\r\n", "")
    assert text.startswith("# 내 메모") and "binary_cross_entropy" in text
    [backup] = (home.folder / "backups").glob("loss-*.py")
    assert backup.read_bytes().decode().replace("\r\n", "\n") == "# 내 메모\n" + solved
    shutil.rmtree(home.folder / "backups")


def test_reset_asks_and_takes_no_answer_for_no(home, vae):
    stub_replaced(vae, "train", "return []")
    before = (vae / "training.py").read_bytes()
    result = run(home.folder, "vae", "reset", "3b")  # standard input has ended
    assert result.returncode == 1 and "Nothing was changed" in result.stdout
    assert (vae / "training.py").read_bytes() == before and not (home.folder / "backups").exists()


def test_reset_brings_back_a_missing_or_broken_file(home, vae):
    original = (ASSIGNMENT / "vae" / "model.py").read_text(encoding="utf-8")
    for spoil in (lambda file: file.unlink(), lambda file: file.write_text("def (", encoding="utf-8")):
        spoil(vae / "model.py")
        assert home.reset.reset(home.tasks.TASKS[0], yes=True) == 0
        assert (vae / "model.py").read_text(encoding="utf-8") == original
    shutil.rmtree(home.folder / "backups")


def test_reset_of_a_folder_that_cannot_be_written_changes_nothing(home, vae, monkeypatch):
    stub_replaced(vae, "train", "return []")
    before = (vae / "training.py").read_bytes()
    monkeypatch.setattr(home.reset, "BACKUPS", home.folder / "README.md" / "no folder")
    assert home.reset.reset(home.tasks.BY_ID["3b"], yes=True) == 1
    assert (vae / "training.py").read_bytes() == before
