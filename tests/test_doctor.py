"""What ``autograder doctor`` says: on this machine, and if something is missing."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder import cli, control, doctor, kit, machine
from autograder.doctor import Remark
from autograder.messages import LANGUAGES, Message
from autograder.results import Verdict
from autograder.sandbox.client import WarmParent
from autograder.sandbox.ends import SandboxFault

HANGUL = re.compile("[가-힣]")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what is tried are Linux's protections")


def ids(findings: Iterable[Remark]) -> dict[str, str]:
    return {finding.message.id.removeprefix("doctor."): finding.level for finding in findings}


@pytest.fixture
def lent(warm_parent: WarmParent, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lend the session's warm parent instead of a new one, and report enough room."""
    monkeypatch.setattr(doctor, "room", lambda: iter(()))
    monkeypatch.setattr(WarmParent, "launch", lambda *_: warm_parent)
    monkeypatch.setattr(WarmParent, "close", lambda _: None)


def command(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """The exit status of ``autograder doctor``."""
    monkeypatch.setattr(sys, "argv", ["autograder", "doctor", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_this_machine_is_described_in_words_and_the_control_comes_last(
    language: str, warm_parent: WarmParent, lent: None, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    status = command(monkeypatch, "--lang", language)
    out = capsys.readouterr().out
    assert status == (0 if warm_parent.tier != "weak" else 1), out
    assert bool(HANGUL.search(out)) == (language == "ko")
    assert out.splitlines()[-1].endswith(Message("doctor.control").text(language))
    assert warm_parent.tier in out and warm_parent.versions["torch"] in out


# --- the sandbox and the control -------------------------------------------------------------------------


def parent(tier: str, **why: str) -> SimpleNamespace:
    return SimpleNamespace(tier=tier, why=why, close=lambda: None)


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[SimpleNamespace]]:
    """The warm parents that will be launched, in order; the control passes in each."""
    coming: list[SimpleNamespace] = []
    monkeypatch.setattr(WarmParent, "launch", lambda *_: coming.pop(0))
    monkeypatch.setattr(control, "in_full", lambda *_: Verdict())
    monkeypatch.setattr(control, "lacking", lambda _: frozenset())
    yield coming
    assert not coming


@pytest.mark.parametrize(("tier", "level"), [("namespaces", "good"), ("landlock", "note"), ("weak", "bad")])
def test_the_tier_is_told_and_only_weak_isolation_is_status_1(
    tier: str,
    level: str,
    launched: list[SimpleNamespace],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    launched += [parent(tier), parent(tier)]
    (reached, passed) = doctor.sandbox()
    assert (reached.level, reached.message) == (level, Message("isolation.reached", {"tier": tier}))
    assert (passed.level, passed.message.id) == ("good", "doctor.control")
    monkeypatch.setattr(doctor, "_libraries", libraries)
    monkeypatch.setattr(doctor, "room", lambda: iter(()))
    assert command(monkeypatch) == (1 if tier == "weak" else 0)
    assert tier in capsys.readouterr().out.splitlines()[-2]


def test_without_namespaces_the_reason_and_the_remedy_are_said(
    launched: list[SimpleNamespace], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    switched_off = []
    for number, (_, value, message_id) in enumerate(doctor.FORBIDDING):
        (tmp_path / str(number)).write_text(f"{value}\n")
        switched_off.append((str(tmp_path / str(number)), value, message_id))
    monkeypatch.setattr(doctor, "FORBIDDING", switched_off)
    monkeypatch.setattr(doctor, "CONTAINER_MARKS", (str(tmp_path),))
    launched.append(parent("landlock", namespaces="Operation not permitted"))
    findings = list(doctor.sandbox())
    found = ids(findings)
    assert found["isolation.weaker"] == "note" and "isolation.reached" not in found
    assert {"userns_clone", "apparmor", "max_user_namespaces", "container"} <= set(found)
    text = " ".join(finding.message.text("en") for finding in findings)
    assert "sysctl" in text and "namespaces: Operation not permitted" in text


def test_settings_that_stand_in_nobodys_way_are_not_named(
    launched: list[SimpleNamespace], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "CONTAINER_MARKS", (str(tmp_path),))
    launched.append(parent("namespaces"))
    assert ids(doctor.sandbox()) == {"isolation.reached": "good", "control": "good"}


def test_a_control_that_fails_is_bad_and_the_last_line(
    launched: list[SimpleNamespace], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fault = Message("control.unreadable", {"path": "/opt/torch/__init__.py"})
    monkeypatch.setattr(control, "in_full", lambda *_: Verdict(fault))
    monkeypatch.setattr(doctor, "_libraries", libraries)
    monkeypatch.setattr(doctor, "room", lambda: iter(()))
    launched.append(parent("namespaces"))
    assert command(monkeypatch, "--lang", "ko") == 1
    assert capsys.readouterr().out.splitlines()[-1].endswith(fault.text("ko"))


def test_modules_that_this_python_lacks_are_named_and_no_more_than_a_note(
    launched: list[SimpleNamespace], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: set[str] = set()

    def lacking(names: Iterable[str]) -> frozenset[str]:
        asked.update(names)
        return frozenset({"sqlite3", "lzma"})

    monkeypatch.setattr(control, "lacking", lacking)
    launched.append(parent("namespaces"))
    (note,) = [finding for finding in doctor.sandbox() if finding.message.id == "doctor.modules"]
    assert note.level == "note" and note.message.values == {"names": "lzma, sqlite3"}
    assert {"json", "sqlite3", *control.RARE} <= asked
    assert not asked & {"antigravity", "this", "winreg", "_thread"}


def test_a_sandbox_that_does_not_start_is_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: str) -> WarmParent:
        raise SandboxFault("the warm parent did not start: No module named 'torch'")

    monkeypatch.setattr(WarmParent, "launch", gone)
    (finding,) = doctor.sandbox()
    assert (finding.level, finding.message.id) == ("bad", "doctor.no_sandbox")
    assert "torch" in finding.message.text("ko")


def test_an_isolation_that_is_none_is_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_ISOLATION", "strongest")
    (finding,) = doctor.sandbox()
    assert (finding.level, finding.message.id) == ("bad", "isolation.unknown")


# --- room ------------------------------------------------------------------------------------------------

GIGABYTE = doctor.GIGABYTE
MEMORY = {0: {"machine.memory": "bad"}, 4: {"memory_for_fewer": "note"}, 1000: {}}


@pytest.mark.parametrize(("free", "expected"), MEMORY.items())
def test_memory_is_held_against_what_submissions_may_use(
    free: int, expected: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "free_mb", lambda: free * 1024)
    monkeypatch.setattr(doctor, "CORES", 8)
    found = ids(doctor.room())
    assert {name: level for name, level in found.items() if "memory" in name} == expected


def test_a_full_disk_is_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=GIGABYTE // 2))
    assert ids(doctor.room())["disk_short"] == "bad"


def test_a_resource_limit_below_the_kits_own_is_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    limit = Message("machine.limit", {"limit": "RLIMIT_NOFILE", "is": 16, "least": 256})

    def low(_: object) -> None:
        raise machine.Unfit(limit)

    monkeypatch.setattr(machine, "check_limits", low)
    assert Remark("bad", limit) in list(doctor.room())


def test_mnist_is_looked_for_where_it_would_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAE_DATA_ROOT", str(tmp_path / "other"))
    found = kit.module("data").found
    assert [message.values["path"] for _, message in found(None)] == [tmp_path / "other"]
    assert [there for there, _ in found(tmp_path)] == [False]
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for kind in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3"):
        (raw / f"{kind}-ubyte.gz").touch()
        (raw / f"{kind}-ubyte").touch()
    assert [there for there, _ in found(tmp_path)] == [False]
    (raw / "t10k-labels-idx1-ubyte.gz").touch()
    assert [there for there, _ in found(tmp_path)] == [True]


def libraries(**changed: tuple[bool, str]) -> dict[str, tuple[bool, str]]:
    return {**dict.fromkeys((*doctor.LIBRARIES, "fits", "cuda"), (True, "1.0")), **changed}


LIBRARIES = {
    "library_missing": libraries(scipy=(False, "ModuleNotFoundError: No module named 'scipy'")),
    "torch_misfit": libraries(fits=(False, "RuntimeError: operator torchvision::nms does not exist")),
    "libraries_crash": {},
}


@pytest.mark.parametrize(("expected", "found"), LIBRARIES.items(), ids=LIBRARIES.keys())
def test_libraries_that_do_not_work_are_bad(
    expected: str, found: dict[str, tuple[bool, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "_libraries", lambda: found)
    assert ids(doctor.libraries())[expected] == "bad"


def test_a_library_that_ends_its_process_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "TRY_LIBRARIES", "import os; os.abort()")
    assert doctor._libraries() == {}
