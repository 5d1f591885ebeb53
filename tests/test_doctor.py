"""What ``autograder doctor`` says: on this machine, and where something is missing."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder import cli, doctor
from autograder.doctor import Finding
from autograder.messages import LANGUAGES
from autograder.sandbox import linux, supervisor
from autograder.sandbox.client import SandboxFault, WarmParent
from autograder.sandbox.syscalls import student_filter

HANGUL = re.compile("[가-힣]")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what is tried are Linux's protections")


def ids(findings: Iterable[Finding]) -> dict[str, str]:
    return {finding.message.id.removeprefix("doctor."): finding.level for finding in findings}


@pytest.fixture
def lent(warm_parent: WarmParent, monkeypatch: pytest.MonkeyPatch) -> None:
    """The session's warm parent in place of a new one, and room enough."""
    monkeypatch.setattr(doctor, "room", lambda: iter(()))
    monkeypatch.setattr(WarmParent, "launch", lambda _: warm_parent)
    monkeypatch.setattr(WarmParent, "close", lambda _: None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_this_machine_is_described_in_words(
    language: str, warm_parent: WarmParent, lent: None, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(sys, "argv", ["autograder", "doctor", "--lang", language])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    out = capsys.readouterr().out
    assert ended.value.code == (0 if warm_parent.tier != "weak" else 1), out
    assert bool(HANGUL.search(out)) == (language == "ko")
    assert warm_parent.tier in out.splitlines()[-1]
    assert warm_parent.versions["torch"] in out


def test_the_protections_that_were_tried_are_those_that_the_tier_needs(warm_parent: WarmParent) -> None:
    found = ids(doctor.protections())
    assert ("no_namespace" not in found) == (warm_parent.tier == "namespaces")
    assert {"landlock", "seccomp", "proc"} <= set(found)


def test_a_namespace_that_is_denied_is_noticed() -> None:
    """Denied for real, by the filter that student code gets."""

    def asking() -> None:
        linux.forbid_new_privileges()
        linux.install_filter(student_filter(in_view=True))
        allowed = [name for name, flag in doctor.NAMESPACES.items() if not doctor._without_namespace(flag)]
        assert allowed == []

    assert doctor._in_child(asking) == ""


def test_a_child_that_vanishes_is_noticed() -> None:
    import os
    import signal

    assert doctor._in_child(lambda: os.kill(os.getpid(), signal.SIGKILL))
    assert doctor._in_child(lambda: 1 / 0 and None) == "division by zero"
    assert doctor._in_child(lambda: None) == ""


def test_without_namespaces_the_reason_and_the_remedy_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(_: int) -> int:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(linux, "fork_into", denied)
    switched_off = []
    for number, (_, value, message_id) in enumerate(doctor.FORBIDDING):
        (tmp_path / str(number)).write_text(f"{value}\n")
        switched_off.append((str(tmp_path / str(number)), value, message_id))
    monkeypatch.setattr(doctor, "FORBIDDING", switched_off)
    monkeypatch.setattr(doctor, "CONTAINER_MARKS", (str(tmp_path),))
    findings = list(doctor.protections())
    found = ids(findings)
    assert found["no_namespace"] == "note" and "namespaces" not in found
    assert {"userns_clone", "apparmor", "max_user_namespaces", "container"} <= set(found)
    text = " ".join(finding.message.text("en") for finding in findings)
    assert "sysctl" in text and "Operation not permitted" in text


def test_namespaces_in_which_nothing_may_be_mounted_are_of_no_use(monkeypatch: pytest.MonkeyPatch) -> None:
    if doctor._in_child(doctor._mount_inside, doctor.namespaces()):
        pytest.skip("there are no namespaces here to begin with")

    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(linux, "mount", denied)
    missing = [finding for finding in doctor._namespaces() if finding.level == "note"]
    assert missing[0].message.values == {"name": "mount", "why": "[Errno 13] Permission denied"}


MISSING: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], str]] = {
    "landlock": (lambda patch: patch.setattr(linux, "landlock_abi", lambda: 0), "no_landlock"),
    "landlock forbidden": (
        lambda patch: patch.setattr(linux, "landlock", lambda *_: 1 / 0),
        "no_landlock",
    ),
    "libseccomp": (
        lambda patch: patch.setitem(sys.modules, "autograder.sandbox.syscalls", None),
        "no_seccomp",
    ),
    "seccomp without effect": (
        lambda patch: patch.setattr(linux, "install_filter", lambda _: None),
        "no_seccomp",
    ),
    "children in /proc": (lambda patch: patch.setattr(supervisor, "descendants", lambda: []), "no_proc"),
    "memory in /proc": (
        lambda patch: patch.setattr(supervisor, "proportional_bytes", lambda _: 0),
        "no_proc",
    ),
    "a device": (lambda patch: patch.setattr(doctor, "DEVICES", ("/dev/none",)), "no_devices"),
}


@pytest.mark.parametrize(("take_away", "expected"), MISSING.values(), ids=MISSING.keys())
def test_a_protection_that_is_missing_is_bad(
    take_away: Callable[[pytest.MonkeyPatch], None], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert expected not in ids(doctor.protections())
    take_away(monkeypatch)
    assert ids(doctor.protections())[expected] == "bad"


GIGABYTE = doctor.GIGABYTE
MEMORY = {0: ("memory_short", "bad"), 4: ("memory_for_fewer", "note"), 1000: ("memory", "good")}


@pytest.mark.parametrize(("free", "expected"), MEMORY.items())
def test_memory_is_held_against_what_submissions_may_use(
    free: int, expected: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "_free_memory", lambda: free * GIGABYTE)
    monkeypatch.setattr(doctor, "CORES", 8)
    assert ids(doctor.room()).get(expected[0]) == expected[1]


def test_a_full_disk_is_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=GIGABYTE // 2))
    assert ids(doctor.room())["disk_short"] == "bad"


def test_a_temporary_folder_that_only_root_may_enter_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sandbox's other user could not reach its files there."""
    closed = tmp_path / "closed"
    (closed / "below").mkdir(parents=True)
    closed.chmod(0o700)
    monkeypatch.setattr(tempfile, "tempdir", str(closed / "below"))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    (found,) = [each for each in doctor.room() if each.message.id == "doctor.closed_temporary"]
    assert (found.level, found.message.values["closed"]) == ("note", str(closed.resolve()))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "doctor.closed_temporary" not in [each.message.id for each in doctor.room()]


def test_mnist_is_looked_for_where_it_would_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAE_DATA_ROOT", str(tmp_path / "other"))
    assert doctor.data(None).message.values["path"] == tmp_path / "other"
    assert doctor.data(tmp_path).level == "note"
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for kind in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3"):
        (raw / f"{kind}-ubyte.gz").touch()
        (raw / f"{kind}-ubyte").touch()
    assert doctor.data(tmp_path).level == "note"
    (raw / "t10k-labels-idx1-ubyte.gz").touch()
    assert doctor.data(tmp_path).level == "good"


def libraries(**changed: tuple[bool, str]) -> dict[str, tuple[bool, str]]:
    return {**dict.fromkeys((*doctor.LIBRARIES, "fits", "digits", "cuda"), (True, "1.0")), **changed}


LIBRARIES = {
    "library_missing": libraries(scipy=(False, "ModuleNotFoundError: No module named 'scipy'")),
    "torch_misfit": libraries(fits=(False, "RuntimeError: operator torchvision::nms does not exist")),
    "no_digits": libraries(digits=(False, "FileNotFoundError")),
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


@pytest.mark.parametrize("tier", ["namespaces", "landlock", "weak"])
def test_only_weak_isolation_is_status_1(
    tier: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Answering:
        def __enter__(self) -> Answering:
            return self

        def __exit__(self, *_: object) -> None: ...

        def ask(self, *_: object, **__: object) -> None: ...

    parent = SimpleNamespace(tier=tier, student=lambda *_, **__: Answering(), close=lambda: None)
    monkeypatch.setattr(WarmParent, "launch", lambda _: parent)
    monkeypatch.setattr(doctor, "_libraries", libraries)
    monkeypatch.setattr(doctor, "room", lambda: iter(()))
    monkeypatch.setattr(sys, "argv", ["autograder", "doctor"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    out = capsys.readouterr().out
    assert ended.value.code == (1 if tier == "weak" else 0), out
    assert tier in out.splitlines()[-1]


def test_a_sandbox_that_does_not_start_is_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_: str) -> WarmParent:
        raise SandboxFault("the warm parent did not start: No module named 'torch'")

    monkeypatch.setattr(WarmParent, "launch", gone)
    finding = doctor.tier()
    assert (finding.level, finding.message.id) == ("bad", "doctor.no_sandbox")
    assert "torch" in finding.message.text("ko")
