"""Gradescope: the zip, the scripts in a simulated /autograder, and results.json to the letter of its format.

The scripts run as they would there: as root, without namespaces. Only the network is missing: apt-get does
nothing, and pip installs the kit from the zip and finds everything else installed.
"""

from __future__ import annotations

import io
import json
import os
import runpy
import shutil
import signal
import stat
import subprocess
import sys
import textwrap
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from autograder import control, grading, kit, machine
from autograder.checks.listed import listed_checks
from autograder.gradescope import __main__ as gradescope
from autograder.gradescope import container, page
from autograder.homework import homework
from autograder.intake import Source, load
from autograder.messages import Message, Refusal, misconception
from autograder.results import Verdict
from autograder.run import Run
from autograder.sandbox.client import WarmParent
from tests.pages import RIGHT

RECIPE = kit.ROOT / "release" / "gradescope"
SCHEMA = json.loads(Path(__file__).with_name("gradescope.schema.json").read_text(encoding="utf-8"))
make_zip = runpy.run_path(str(RECIPE / "make_zip.py"))
Document = dict[str, Any]

# Stands in for pip: logs what it was asked for, and installs the kit as pip would, without its libraries.
PIP = """
import pathlib, subprocess, sys, sysconfig, tempfile, zipfile
with open({log!r}, "a") as log:
    print(*sys.argv[1:], file=log)
folders = [argument for argument in sys.argv[1:] if argument.endswith("/kit")]
for folder in folders:
    with tempfile.TemporaryDirectory() as built:
        subprocess.run([sys.executable, "-I", "-m", "hatchling", "build", "-t", "wheel", "-d", built], cwd=folder, check=True)
        (wheel,) = pathlib.Path(built).glob("*.whl")
        zipfile.ZipFile(wheel).extractall(sysconfig.get_path("purelib"))
"""
# Stands in for python3: its environments find the libraries that are installed here.
PYTHON3 = """#!/bin/bash
set -e
[ "$1 $2" = "-m venv" ]
{python} -m venv --without-pip "$3"
cd "$3"/lib/python*/site-packages
printf '%s\\n' {shared} > shared.pth
mkdir pip && touch pip/__init__.py
cp {pip} pip/__main__.py
"""


def valid(document: Any) -> Document:
    jsonschema.validate(document, SCHEMA)
    return dict(document)


def parts(document: Document) -> dict[str, Document]:
    """The tests that show each part's total."""
    return dict(zip(tuple(homework().parts), document["tests"][: len(tuple(homework().parts))], strict=True))


def single_checks(document: Document) -> list[Document]:
    return list(document["tests"][len(tuple(homework().parts)) :])


# --- the zip ---------------------------------------------------------------------------------------------


def test_the_zip_has_both_scripts_at_its_root_and_the_kit(tmp_path: Path) -> None:
    with zipfile.ZipFile(make_zip["make"](tmp_path / "made" / "gradescope.zip")) as archive:
        modes = {entry.filename: entry.external_attr >> 16 for entry in archive.infolist()}
        assert archive.read("run_autograder").startswith(b"#!")
        assert archive.read("setup.sh") == (RECIPE / "setup.sh").read_bytes()
    assert [name for name in modes if "/" not in name] == ["run_autograder", "setup.sh"]
    assert all(stat.S_ISREG(mode) for mode in modes.values())
    assert {name for name, mode in modes.items() if mode & 0o111} == {"run_autograder", "setup.sh"}
    needed = (
        "pyproject.toml autograder/cli.py solution/vae/loss.py assignment/vae/data.py tests/bank/README.md"
    )
    assert {f"kit/{name}" for name in needed.split()} <= set(modes)
    assert [name for name in modes if "__pycache__" in name or "/." in name or "/dist/" in name] == []


def test_the_same_kit_makes_the_same_bytes(tmp_path: Path) -> None:
    first = make_zip["make"](tmp_path / "first.zip")
    os.utime(RECIPE / "setup.sh")
    assert make_zip["make"](tmp_path / "second.zip").read_bytes() == first.read_bytes()


def test_who_sees_the_single_checks_is_chosen_when_the_zip_is_made(tmp_path: Path) -> None:
    made = make_zip["make"](tmp_path / "gradescope.zip", "after_published")
    with zipfile.ZipFile(made) as archive:
        assert archive.read("run_autograder").endswith(b"--checks after_published\n")


def test_a_zip_that_cannot_be_written_is_a_line_in_each_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(sys, "argv", ["make_zip.py", str(tmp_path / "file" / "gradescope.zip")])
    assert make_zip["main"]() == 2
    korean, english = capsys.readouterr().err.splitlines()
    assert "없습니다" in korean and "can't be made" in english


# --- the scripts, in a simulated /autograder --------------------------------------------------------------


class Simulated:
    """A folder like /autograder, with the zip unpacked as Gradescope does; ``set_up`` runs setup.sh."""

    def __init__(self, root: Path, away: Path) -> None:
        self.root, self.away = root, away
        with zipfile.ZipFile(make_zip["make"](away / "gradescope.zip")) as archive:
            archive.extractall(root / "source")
        shutil.copy(root / "source" / "run_autograder", root / "run_autograder")
        (root / "run_autograder").chmod(0o755)
        for folder in ("submission", "results"):
            (root / folder).mkdir()
        self.environment = {
            "AUTOGRADER_ROOT": str(root),
            "AUTOGRADER_ISOLATION": "landlock",
            "PATH": f"{away / 'bin'}:/usr/bin:/bin",
        }

    def set_up(self) -> subprocess.CompletedProcess[str]:
        shared = [path for path in sys.path if os.path.basename(path) in ("site-packages", "dist-packages")]
        tools = {
            "apt-get": "#!/bin/sh\n",
            "pip.py": PIP.format(log=str(self.away / "pip.log")),
            "python3": PYTHON3.format(
                python=sys.executable, shared=" ".join(shared), pip=self.away / "bin" / "pip.py"
            ),
        }
        (self.away / "bin").mkdir()
        for name, text in tools.items():
            (self.away / "bin" / name).write_text(text, encoding="utf-8")
            (self.away / "bin" / name).chmod(0o755)
        script = ["bash", str(self.root / "source" / "setup.sh")]
        return subprocess.run(script, env=self.environment, cwd=self.root, capture_output=True, text=True)

    @property
    def results(self) -> Path:
        return self.root / "results" / "results.json"

    def start(self, files: Mapping[str, str | bytes], **environment: str) -> subprocess.Popen[str]:
        """Start run_autograder on these files, in a session of its own."""
        shutil.rmtree(self.root / "submission")
        (self.root / "submission").mkdir()
        for name, content in files.items():
            (self.root / "submission" / name).write_bytes(
                content.encode() if isinstance(content, str) else content
            )
        return subprocess.Popen(
            [str(self.root / "run_autograder")],
            env={**self.environment, **environment},
            cwd=self.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulated]:
    if sys.platform != "linux":
        pytest.skip("Gradescope's containers run Linux")
    away = tmp_path_factory.mktemp("away")
    # Like /autograder, and unlike tmp_path, this is open to all users.
    root = Path("/tmp") / f"autograder-{os.getpid()}"
    root.mkdir(mode=0o755)
    root.chmod(0o755)
    try:
        yield Simulated(root, away)
    finally:
        shutil.rmtree(root)


@pytest.fixture(scope="module")
def built(simulated: Simulated) -> subprocess.CompletedProcess[str]:
    """How setup.sh ended."""
    return simulated.set_up()


def test_setup_installs_a_small_torch_and_the_kit_and_grades_the_solution(
    simulated: Simulated, built: subprocess.CompletedProcess[str]
) -> None:
    assert built.returncode == 0, built.stdout + built.stderr
    for_torch, for_kit = (simulated.away / "pip.log").read_text().splitlines()
    assert "torchvision --index-url https://download.pytorch.org/whl/cpu" in for_torch
    assert for_kit.startswith(f"install {simulated.root}/source/kit") and "index" not in for_kit
    most = f"{homework().max_score:g}"
    korean, english = (line for line in built.stdout.splitlines() if most in line and "landlock" in line)
    assert f"{most}점 중 {most}점" in korean and f"{most} of {most} points" in english
    assert not simulated.results.exists()
    assert os.stat(simulated.root / "source").st_mode & 0o077 == 0
    installed = simulated.root.glob("venv/lib/python*/site-packages/autograder/kit/solution/vae/loss.py")
    assert len(list(installed)) == 1


def test_a_container_that_is_killed_leaves_what_was_found_until_then(
    simulated: Simulated, built: subprocess.CompletedProcess[str], solution: dict[str, bytes]
) -> None:
    """The student's code, which runs as another user under Landlock, can't read the installed solution."""
    assert built.returncode == 0
    (hidden,) = simulated.root.glob("venv/lib/python*/site-packages/autograder/kit/solution/vae/loss.py")
    source = simulated.root / "source"
    spy = f"""
        import os
        def read(path):
            try: return os.listdir(path) if os.path.isdir(path) else open(path).read()
            except OSError as error: return type(error).__name__
        raise ValueError([read(path) for path in ({str(hidden)!r}, {str(hidden.parent)!r}, {str(source)!r})])
    """
    files = {**solution, "loss.py": textwrap.dedent(spy), "latent.py": "while True: pass\n"}
    running = simulated.start(files)
    seen: list[Document] = []
    patience = time.monotonic() + 120
    while time.monotonic() < patience and running.poll() is None:
        if simulated.results.exists():
            document = valid(json.loads(simulated.results.read_text(encoding="utf-8")))
            if not seen or document != seen[-1]:
                seen.append(document)
            if document["score"] == 40:  # model.py and training.py's own checks: latent.py is looping now
                break
        time.sleep(0.02)
    os.killpg(running.pid, signal.SIGKILL)
    said = "".join(running.communicate())
    assert [document["score"] for document in seen][-1] == 40, said
    assert (
        seen[0]["score"] == 0
        and "NOT FINISHED" in seen[0]["output"]
        and "끝나지 않았습니다" in seen[0]["output"]
    )
    left = valid(json.loads(simulated.results.read_text(encoding="utf-8")))
    assert left == seen[-1] and "NOT FINISHED" in left["output"]
    assert "Not fully graded yet." in parts(left)["latent"]["output"]
    assert (
        "ValueError: ['PermissionError', 'PermissionError', 'PermissionError']"
        in parts(left)["loss"]["output"]
    )


def test_the_graders_own_failure_gives_no_score_and_is_loud(
    simulated: Simulated, built: subprocess.CompletedProcess[str], solution: dict[str, bytes]
) -> None:
    """Gradescope treats a missing results.json as a failure of the autograder: there is no score."""
    assert built.returncode == 0
    failing = simulated.start(solution, AUTOGRADER_ISOLATION="none")
    said, errors = failing.communicate()
    assert (failing.returncode, errors) == (1, "")
    assert not simulated.results.exists()
    assert "채점기에 오류가 났습니다" in said and "THE GRADER FAILED" in said
    assert "AUTOGRADER_ISOLATION=none is not an isolation tier" in said


# --- what students see, for submissions of every kind ------------------------------------------------------

Graded = Callable[..., list[Document]]


@pytest.fixture
def graded(run: Run, landlock_parent: WarmParent, tmp_path: Path) -> Graded:
    """``documents = graded(files)``: all documents that were written about a submission, in order."""

    def documents(
        files: Mapping[str, str | bytes], checks_visible: str = "hidden", **changed: Any
    ) -> list[Document]:
        (tmp_path / "submission").mkdir()
        for name, content in files.items():
            (tmp_path / "submission" / name).write_bytes(
                content.encode() if isinstance(content, str) else content
            )
        written: list[Document] = []
        submission = load(Source("submission", tmp_path / "submission"))
        asked = replace(run, homework=replace(homework(), **changed))
        gradescope.grade(
            submission,
            asked,
            landlock_parent,
            time.monotonic(),
            checks_visible,
            lambda document: written.append(valid(json.loads(json.dumps(document, allow_nan=False)))),
        )
        return written

    return documents


def test_the_solution_gets_all_points_and_each_part_is_told_when_it_is_done(
    graded: Graded, solution: dict[str, bytes]
) -> None:
    *before, last = graded(solution)
    whole = listed_checks()[homework().whole]
    alone = [part.points - whole.points * (name == whole.part) for name, part in homework().parts.items()]
    assert [document["score"] for document in before] == [0, *accumulate([*alone, whole.points])]
    assert last["score"] == homework().max_score and "NOT FINISHED" not in last["output"]
    assert {name: part["score"] for name, part in parts(last).items()} == {
        name: part.points for name, part in homework().parts.items()
    }
    assert last["extra_data"]["status"] == "graded" and last["extra_data"]["isolation"] == "landlock"
    for part in parts(last).values():
        assert part["visibility"] == "visible" and part["status"] == "passed"
    for check in single_checks(last):
        assert check["visibility"] == "hidden" and "score" not in check and check["status"] == "passed"
    assert len(single_checks(last)) > 30
    (short,) = [check for check in single_checks(last) if check["extra_data"]["id"] == "short_run"]
    assert "The instructor's solution" in short["output"] and "교수자 풀이" in short["output"]


def test_a_mistake_is_named_to_the_student_in_both_languages_and_the_checks_stay_hidden(
    graded: Graded, solution: dict[str, bytes]
) -> None:
    wrong = solution["loss.py"].replace(b"return 0.5 * torch.sum", b"return torch.sum")
    assert wrong != solution["loss.py"]
    *_, last = graded({**solution, "loss.py": wrong}, "after_published")
    loss = parts(last)["loss"]
    assert 0 < loss["score"] < 30 and loss["status"] == "failed"
    for language in ("ko", "en"):
        said = loss["output"].index(misconception("kl-missing-half", language)["question"])
        measured = Message("measured.kl_formula", {"yours": f"2*({RIGHT})", "asked": RIGHT})
        assert 0 < loss["output"].index(f"kl_divergence: {measured.text(language)}") < said
    assert {check["visibility"] for check in single_checks(last)} == {"after_published"}
    assert {check["tags"][0] for check in single_checks(last) if check["status"] == "failed"} == {"loss"}


def bomb() -> bytes:
    """A zip of four files that unpack to 30 MB each, in another zip."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("model.py", "loss.py", "training.py", "latent.py"):
            archive.writestr(name, b"#" * 30_000_000)
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.zip", inner.getvalue())
    return outer.getvalue()


BAD: dict[str, tuple[dict[str, str | bytes], str, tuple[str, str]]] = {
    "empty": ({}, "rejected", ("제출물에 loss.py가 없습니다", "loss.py is missing from the submission")),
    "a zip bomb": ({"hw.zip": bomb()}, "rejected", ("너무 큽니다", "is too large")),
    "an endless loop": (
        {"loss.py": "while True: pass\n"},
        "timeout",
        ("끝나지 않았습니다", "did not finish within 1 seconds"),
    ),
    "os._exit": (
        {"loss.py": "import os\nos._exit(0)\n"},
        "crashed",
        ("프로세스", "ended the whole Python process"),
    ),
    "no Python": ({"loss.py": "%%%"}, "graded", ("SyntaxError", "SyntaxError")),
    "a hostile text": (
        {"loss.py": "raise ValueError('\\ud800<script>')\n"},
        "graded",
        ("?<script>", "?<script>"),
    ),
}


@pytest.mark.parametrize(("files", "status", "text"), BAD.values(), ids=BAD.keys())
def test_a_bad_submission_gets_a_valid_document_with_a_clear_text(
    graded: Graded, files: dict[str, str | bytes], status: str, text: tuple[str, str]
) -> None:
    *_, last = graded(files, cpu_seconds=1)
    assert (last["score"], last["extra_data"]["status"]) == (0, status)
    output = parts(last)["loss"]["output"]
    assert text[0] in output and text[1] in output
    assert "Traceback" not in json.dumps(last)
    assert last["output_format"] == last["test_output_format"] == last["test_name_format"] == "text"


# --- the control -----------------------------------------------------------------------------------------

SAID = Message("control.call", {"fault": "worn out"})


def fail(monkeypatch: pytest.MonkeyPatch, which: str) -> list[str]:
    """Make one of the two controls fail; returns the list of those that ran."""
    made: list[str] = []

    def judged(name: str) -> Callable[..., Verdict]:
        def verdict(*_: object) -> Verdict:
            made.append(name)
            return Verdict(SAID if name == which else None)

        return verdict

    for name in ("in_full", "in_short"):
        monkeypatch.setattr(control, name, judged(name))
    return made


def test_nothing_is_written_before_the_control_has_passed(
    graded: Graded, solution: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[object] = []
    monkeypatch.setattr(gradescope, "unfinished", lambda *arguments: written.append(arguments))
    made = fail(monkeypatch, "in_full")
    with pytest.raises(machine.Unfit) as unfit:
        graded(solution)
    assert (unfit.value.message, made, written) == (SAID, ["in_full"], [])


def test_a_doubtful_failure_costs_points_only_where_the_control_passes(
    graded: Graded, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = fail(monkeypatch, "in_short")
    with pytest.raises(machine.Unfit):
        graded({"loss.py": "raise OSError\n"})
    assert made == ["in_full", "in_short"]


def test_a_failure_that_no_machine_brings_about_needs_no_second_control(
    graded: Graded, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = fail(monkeypatch, "")
    assert graded({"loss.py": "raise ValueError\n"})[-1]["score"] == 0
    assert made == ["in_full"]


def test_a_process_that_vanished_is_graded_once_more(graded: Graded, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing else runs here, so the second result counts."""
    made = fail(monkeypatch, "")
    checked, times = grading.checked, []

    def twice(*arguments: Any) -> Any:
        times.append(1)
        return checked(*arguments)

    monkeypatch.setattr(grading, "checked", twice)
    *_, last = graded({"loss.py": "import os\nos._exit(3)\n"})
    assert (len(times), made, last["extra_data"]["status"]) == (2, ["in_full", "in_short"], "crashed")


def test_a_kill_for_want_of_memory_gives_no_score(graded: Graded, monkeypatch: pytest.MonkeyPatch) -> None:
    fail(monkeypatch, "")
    kills = iter(range(10))
    monkeypatch.setattr(machine, "oom_kills", lambda: next(kills))
    with pytest.raises(machine.Unfit) as unfit:
        graded({"loss.py": "import os\nos._exit(3)\n"})
    assert unfit.value.message.id == "grade.oom"


# --- memory and time -------------------------------------------------------------------------------------


def limited(folder: Path, version: int, most: int | str) -> Path:
    """Control groups as the container sees them: 500 MB in use, of which 100 MB can be reclaimed."""
    place = folder if version == 2 else folder / "memory"
    place.mkdir(parents=True, exist_ok=True)
    names = ("max", "current") if version == 2 else ("limit_in_bytes", "usage_in_bytes")
    (place / f"memory.{names[0]}").write_text(f"{most}\n")
    (place / f"memory.{names[1]}").write_text(f"{500 << 20}\n")
    kind = "inactive_file" if version == 2 else "total_inactive_file"
    (place / "memory.stat").write_text(f"anon 7\n{kind} {100 << 20}\nactive_file 9\n")
    return folder


def free(cgroups: Path) -> int | None:
    """The MB left to a container whose own control group is the root of the mounted ones."""
    return machine.cgroup_free_mb(cgroups, cgroups / "no-membership")


@pytest.mark.parametrize("version", [1, 2])
def test_the_containers_memory_is_what_is_not_in_use(tmp_path: Path, version: int) -> None:
    assert free(limited(tmp_path, version, 768 << 20)) == 368
    assert free(limited(tmp_path, version, 300 << 20)) == 0


def test_without_a_limit_there_is_none(tmp_path: Path) -> None:
    assert free(tmp_path) is None
    assert free(limited(tmp_path, 2, "max")) is None


def test_a_submission_may_use_no_more_memory_than_the_container_has_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for free, allowed in ((None, 1500), (1536, 536), (9000, 1500)):
        monkeypatch.setattr(container, "cgroup_free_mb", lambda free=free: free)
        assert container.within_container(homework()).memory_mb == allowed


def test_a_container_that_is_too_small_is_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "cgroup_free_mb", lambda: 768)
    with pytest.raises(Refusal) as refused:
        container.within_container(homework())
    assert "768 MB" in refused.value.message.text("ko")
    assert "1.0 CPU, 1.5GB RAM" in refused.value.message.text("en")


def test_a_block_ends_in_time_and_leaves_no_alarm() -> None:
    with pytest.raises(container.OutOfTime), container.ending_after(0.05):
        time.sleep(10)
    with container.ending_after(60):
        pass
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_submissions_that_wait_and_wait_are_done_before_gradescope_stops_them() -> None:
    """Each part and the short run take almost their wall-clock limits, twice, after 50 s to start on half a core."""
    chosen = homework()
    waiting = 2 * (len(tuple(homework().parts)) * chosen.wall_seconds + chosen.short_run_wall_seconds)
    assert 50 + waiting < 600
    assert gradescope.SECONDS < 600 - 30


def test_naming_mistakes_stops_when_time_is_up_and_costs_nothing(
    graded: Graded, solution: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gradescope, "SECONDS", 0)
    wrong = solution["loss.py"].replace(b"return 0.5 * torch.sum", b"return torch.sum")
    *_, last = graded({"loss.py": wrong})
    loss = parts(last)["loss"]
    assert 0 < loss["score"] < 30
    assert misconception("kl-missing-half", "en")["question"] not in loss["output"]


def test_what_is_seen_is_one_of_gradescopes_visibilities() -> None:
    assert set(page.VISIBILITIES) == set(SCHEMA["$defs"]["visibility"]["enum"])
