"""From submissions to results: statuses, parts that stand alone, resume, and the command line's exit statuses."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from autograder import cli
from autograder.checks import bank
from autograder.checks.expect import Failed
from autograder.checks.listed import listed_checks
from autograder.grading import GraderFault, grade
from autograder.homework import homework
from autograder.intake import Submission
from autograder.messages import Message
from autograder.results import Result
from autograder.run import Run
from autograder.sandbox.client import WarmParent
from autograder.vae.checks import noise, reference

RUN = Run(homework(), "digits", None, "cpu", 7, "en")
QUICK = replace(RUN, homework=replace(homework(), cpu_seconds=2, wall_seconds=6.0, short_run_cpu_seconds=6))
BREAK = "raise ValueError('<b>no</b>')\n"


def solution(**changed: str | None) -> Submission:
    """The solution with some files replaced (``model="..."``), or left out where None."""
    files = {path.name: path.read_bytes() for path in (homework().solved).glob("*.py")}
    for name, text in changed.items():
        files.pop(f"{name}.py")
        if text is not None:
            files[f"{name}.py"] = text.encode()
    problems = {
        name: Message("intake.missing", {"file": name}) for name in homework().files if name not in files
    }
    return Submission("kim", files, problems, (), digest="test")


def points(result: Result) -> tuple[float | None, ...]:
    return tuple(result.part_points(part) for part in tuple(homework().parts))


def whole(short_run: float | None = None, **lost: float) -> tuple[float, ...]:
    """All points of each part, except the files in ``lost`` and the short run, which belongs to the part training."""
    check = listed_checks()[homework().whole]
    parts = {name: part.points for name, part in homework().parts.items()}
    if short_run is not None:
        parts[check.part] -= check.points - short_run
    return tuple(
        {**parts, **{homework().part_of(f"{file}.py"): left for file, left in lost.items()}}.values()
    )


def test_the_solution_scores_everything_and_the_skeleton_nothing(warm_parent: WarmParent) -> None:
    assert points(grade(solution(), RUN, warm_parent)) == whole()
    files = {name: (homework().given / name).read_bytes() for name in homework().files}
    skeleton = grade(Submission("lee", files, {}, (), "x"), RUN, warm_parent)
    assert (skeleton.score, skeleton.status) == (0, "graded")
    assert {check.misconception for check in skeleton.checks if check.outcome == "error"} == {"not-finished"}


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"loss": "def f(:\n"}, "graded"),
        ({"loss": BREAK}, "graded"),
        ({"latent": "import sys\nsys.exit(0)\n"}, "graded"),
        ({"latent": "raise KeyboardInterrupt\n"}, "graded"),
        ({"model": None}, "graded"),
        ({"latent": "while True: pass\n"}, "timeout"),
        ({"latent": "import os\nos._exit(0)\n"}, "crashed"),
        ({"latent": "import ctypes\nctypes.string_at(0)\n"}, "crashed"),
        ({"training": "while True: pass\n"}, "timeout"),
    ],
)
def test_a_bad_file_costs_its_own_part_and_the_short_run(
    changed: dict[str, str | None], status: str, warm_parent: WarmParent
) -> None:
    result = grade(solution(**changed), QUICK, warm_parent)
    assert (result.status, points(result)) == (status, whole(short_run=0, **dict.fromkeys(changed, 0)))
    assert all(check.message for check in result.checks)


def test_what_was_passed_before_a_crash_is_kept(warm_parent: WarmParent) -> None:
    source = (homework().solved / "latent.py").read_text(encoding="utf-8")
    source = source.replace("        is_known = known.bool()", "        import os; os._exit(3)")
    before = sum(
        check.points
        for check in listed_checks().values()
        if homework().stub_of(check.id) in ("generate", "interpolate")
    )
    result = grade(solution(latent=source), RUN, warm_parent)
    assert (result.status, points(result)) == ("crashed", whole(short_run=0, latent=before))


def test_sleeping_code_is_tried_once_more_and_then_out_of_time(warm_parent: WarmParent) -> None:
    lazy = replace(RUN, homework=replace(homework(), wall_seconds=2.0))
    started = time.monotonic()
    result = grade(solution(latent="import time\ntime.sleep(1000)\n"), lazy, warm_parent)
    assert (result.status, result.part_points("latent")) == ("timeout", 0)
    assert time.monotonic() - started > 4.0
    assert any(check.message_id == "check.wall_time" for check in result.checks)


def test_no_usable_file_is_rejected(warm_parent: WarmParent) -> None:
    result = grade(solution(model=None, loss=None, training=None, latent=None), RUN, warm_parent)
    assert (result.status, result.score) == ("rejected", 0)


def test_one_seed_gives_identical_files_identical_records(warm_parent: WarmParent) -> None:
    entry = next(
        each for each in bank.entries(homework().bank, "wrong") if each.name == "kl_divergence--missing-half"
    )
    first, second = (grade(bank.submission(entry), RUN, warm_parent) for _ in range(2))
    assert replace(first, seconds=0.0) == replace(second, seconds=0.0)
    assert first.score is not None and first.score < 100


def test_a_check_that_breaks_is_the_graders_fault(
    warm_parent: WarmParent, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(noise, "check_spread", broken)
    with pytest.raises(GraderFault, match="reparameterize_spread"):
        grade(solution(), RUN, warm_parent)
    monkeypatch.setattr(noise, "check_spread", lambda *_: (_ for _ in ()).throw(Failed("noise.mean")))
    assert grade(solution(), RUN, warm_parent).part_points("reparameterize") == 15


@pytest.fixture
def a_class(tmp_path: Path) -> Path:
    """Two quick submissions: none of their files can be imported, so grading costs little."""
    for name in ("an", "bae"):
        desk = tmp_path / "class" / name / "vae"
        desk.mkdir(parents=True)
        for file in homework().files:
            (desk / file).write_text(BREAK, encoding="utf-8")
    return tmp_path / "class"


def autograder(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "autograder", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=300)


def test_a_run_continues_where_it_stopped(a_class: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = autograder("grade", a_class, "--out", out, "--jobs", 2)
    assert first.returncode == 0, first.stderr
    header = (out / "grades.csv").read_bytes().splitlines()[0]
    assert header == b"\xef\xbb\xbfsubmission,score,max_score,status,reparameterize,loss,training,latent"
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in (out / "results").iterdir()}
    assert set(before) == {"an.json", "bae.json"}
    assert "&lt;b&gt;no&lt;/b&gt;" in (out / "feedback" / "an.html").read_text(encoding="utf-8")

    (a_class / "bae" / "vae" / "loss.py").write_text("raise TypeError\n", encoding="utf-8")
    assert autograder("grade", a_class, "--out", out).returncode == 0
    after = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in (out / "results").iterdir()}
    assert after["an.json"] == before["an.json"]
    assert after["bae.json"] != before["bae.json"]
    assert json.loads(after["an.json"][0])["seed"] == json.loads(after["bae.json"][0])["seed"]

    assert autograder("grade", a_class, "--out", out, "--lang", "ko").returncode == 0
    korean = Result.from_json((out / "results" / "an.json").read_text(encoding="utf-8"))
    english = Result.from_json(before["an.json"][0].decode())
    assert korean.seconds == english.seconds
    assert korean.checks[0].message != english.checks[0].message


@pytest.mark.parametrize(
    "arguments",
    [
        ["grade", "no-such-place", "--out", "{out}"],
        ["grade", "{empty}", "--out", "{out}"],
        ["grade", "{class}", "--out", "{class}/out"],
        ["grade", "{class}", "--out", "{out}", "--only", "nobody"],
        ["grade", "{class}", "--out", "{out}", "--dataset", "cifar"],
        ["grade", "{class}", "--out", "{out}", "--jobs", "0"],
        ["grade", "{class}"],
        ["audit", "--bank", "{empty}"],
        ["no-such-command"],
    ],
)
def test_unusable_arguments_get_a_line_in_each_language_and_status_2(
    arguments: list[str], a_class: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    places = {"class": a_class, "out": tmp_path / "out", "empty": tmp_path / "empty"}
    done = autograder(*(argument.format(**places) for argument in arguments))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    lines = done.stderr.strip().splitlines()
    assert any("가" <= letter <= "힣" for letter in lines[0])
    assert len(lines) >= 2


def test_mnist_that_cannot_be_had_is_one_line_and_status_2(
    a_class: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def unavailable(*_: object, **__: object) -> None:
        raise reference.data.DataUnavailable("MNIST: ...")

    monkeypatch.setattr(reference.data, "load", unavailable)
    arguments = ["autograder", "grade", str(a_class), "--out", str(tmp_path / "out"), "--dataset", "mnist"]
    monkeypatch.setattr(sys, "argv", arguments)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert capsys.readouterr().err.strip() == "MNIST: ..."


def test_the_solution_scores_100_on_mnist(mnist_root: Path, warm_parent: WarmParent) -> None:
    run = replace(RUN, dataset="mnist", data_root=mnist_root)
    assert grade(solution(), run, warm_parent).score == homework().max_score


def heed_interrupts() -> None:
    """Heed SIGINT: a shell's background job, which this test run may be, ignores it, and so would its children."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_interrupting_keeps_what_is_done_and_leaves_nothing_running(a_class: Path, tmp_path: Path) -> None:
    endless = a_class / "zzz" / "vae"
    endless.mkdir(parents=True)
    (endless / "latent.py").write_text("import time\ntime.sleep(1000)\n", encoding="utf-8")
    out = tmp_path / "out"
    command = [sys.executable, "-m", "autograder", "grade", str(a_class), "--out", str(out), "--jobs", "1"]
    process = subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=heed_interrupts,
    )
    while len(list((out / "results").glob("[!.]*.json")) if (out / "results").is_dir() else ()) < 2:
        assert process.poll() is None
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in error.decode()
    assert {path.name for path in (out / "results").iterdir()} == {"an.json", "bae.json"}
    patience = time.monotonic() + 30
    while (left := subprocess.run(["pgrep", "-s", str(process.pid)], capture_output=True).stdout) and (
        time.monotonic() < patience
    ):
        time.sleep(0.2)
    assert left == b""
