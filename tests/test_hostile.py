"""The hostile bank, really graded, in both isolated tiers: no gain, no leak, nothing left behind, nobody else affected.

Each part of a submission has a process of its own, so one submission carries up to four entries, one per file.
What each entry tries, and what stops it, is in its header (tests/bank/README.md). SECURITY.md says what is covered.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
import torch

from autograder import audit, grading, kit
from autograder.checks import bank
from autograder.checks.bank import Entry
from autograder.homework import homework
from autograder.intake import Submission
from autograder.report import student_page
from autograder.results import Result
from autograder.run import Run
from autograder.sandbox import encoding
from autograder.sandbox.client import WarmParent
from autograder.sandbox.conversation import Student
from autograder.sandbox.seal import FIRST_UID

HOSTILE = bank.entries(homework().bank, "hostile")
LAYERS = {
    *(
        "private root",
        "pid namespace",
        "network namespace",
        "ipc namespace",
        "Landlock",
        "seccomp",
        "rlimits",
    ),
    *(
        "own user",
        "no capabilities",
        "no_new_privs",
        "subreaper",
        "memory watch",
        "CPU watch",
        "output watch",
        "wall clock",
    ),
    *("nonce", "frame caps", "no answers in the process", "no verdict in the process"),
    *("scrubbed environment", "no open files", "written files end with the process", "control"),
}
# So that entries that end badly end soon: 2 s of CPU time is many times what the solution's part takes.
QUICK = replace(homework(), cpu_seconds=2, wall_seconds=5.0, memory_mb=500)
CANARY = f"canary-{secrets.token_hex(16)}"  # a secret in the grader's memory
# Words that are in hidden files and in nothing that students get.
HIDDEN_WORDS = {
    "checks": "Students may guard the logarithm with a small constant",
    "solution": "return 0.5 * torch.sum(mu.square() + log_var.exp() - 1 - log_var)",
    "calibration": "least_related",
}


def file_of(entry: Entry) -> str:
    (file,) = {homework().file_of(stub) for stub in entry.stubs}
    return file


def ends(entry: Entry) -> set[str]:
    """How its part may end: ``graded``, ``crashed`` or ``timeout``."""
    return set(entry.header.get("ends", "graded").split(", "))


def crowds(entries: list[Entry]) -> list[tuple[Entry, ...]]:
    """The entries in crowds of up to four, no two of which attack the same file."""
    by_file = [[entry for entry in entries if file_of(entry) == file] for file in homework().files]
    return [tuple(entry for entry in crowd if entry is not None) for crowd in zip_longest(*by_file)]


CALM = crowds([entry for entry in HOSTILE if ends(entry) == {"graded"}])
ROUGH = crowds([entry for entry in HOSTILE if ends(entry) != {"graded"}])


def together(crowd: tuple[Entry, ...]) -> Submission:
    """One submission with the crowd's files; a file that nobody attacks is the solution's."""
    name = " + ".join(entry.name for entry in crowd)
    whole = bank.submission(Entry(name, "right", {"stub": "train"}, ""))
    attacked = {file_of(entry): bank.files(entry)[file_of(entry)].encode() for entry in crowd}
    return replace(whole, files={**whole.files, **attacked})


@dataclass
class Watched:
    """A warm parent, everything that crosses between it and the grader, and a neighbour that it serves meanwhile."""

    parent: WarmParent
    neighbour: Student
    sent: list[bytes] = field(default_factory=list)
    received: list[bytes] = field(default_factory=list)

    def ask_neighbour(self) -> float:
        answer = self.neighbour.ask("loss", function="kl_divergence", arguments={"mu": torch.ones(2)}, wrt=[])
        return float(answer["value"].data)

    def processes(self) -> set[str]:
        """Living processes that were forked from the warm parent; a fork keeps its command line."""
        found = set()
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and self.parent.scratch.encode() in (entry / "cmdline").read_bytes():
                    found.add(entry.name)
            except OSError:
                continue
        return found

    def written(self) -> set[str]:
        """Scratch folders, and files of students' users where everybody may write."""
        found = set(os.listdir(self.parent.scratch))
        for folder in ("/tmp", "/var/tmp", "/dev/shm"):
            with os.scandir(folder) as names:
                found |= {each.path for each in names if _belongs_to_a_student(each)}
        return found


def _belongs_to_a_student(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.stat(follow_symlinks=False).st_uid >= FIRST_UID
    except OSError:
        return False


@pytest.fixture
def watched(sealed: WarmParent, run: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    """``sealed``. Afterwards nothing may be left behind, and the neighbour must answer as before."""
    monkeypatch.setenv("VAE_CANARY", CANARY)
    patient = replace(homework().limits(), cpu_seconds=100)
    with sealed.student(patient, 600, seed=3) as neighbour:
        source = "def kl_divergence(mu): return mu.sum()"
        neighbour.ask("load", files={"__init__.py": "", "loss.py": source}, modules=["loss"])
        watch = Watched(sealed, neighbour)
        processes, written = watch.processes(), watch.written()
        encode, decode = encoding.encode, encoding.decode

        def encoded(value: Any, bounded: bool = False) -> tuple[bytes, bytes]:
            watch.sent += encode(value, bounded)
            return encode(value, bounded)

        def decoded(document: bytes, blob: bytes) -> Any:
            watch.received += (document, blob)
            return decode(document, blob)

        monkeypatch.setattr(encoding, "encode", encoded)
        monkeypatch.setattr(encoding, "decode", decoded)
        yield watch
        patience = time.monotonic() + 30
        while (watch.processes(), watch.written()) != (processes, written) and time.monotonic() < patience:
            time.sleep(0.05)
        assert watch.processes() == processes
        assert watch.written() == written
        assert watch.ask_neighbour() == 2.0


@pytest.fixture
def grade(watched: Watched, run: Run, monkeypatch: pytest.MonkeyPatch) -> Any:
    """``result = grade(crowd)``. Measuring comes after all points and is left out here."""
    monkeypatch.setattr(grading, "measurements", lambda *_: ())

    def graded(crowd: tuple[Entry, ...], **changed: Any) -> Result:
        return grading.grade(together(crowd), replace(run, **changed), watched.parent)

    return graded


def outcomes(entry: Entry, result: Result) -> set[str]:
    own = homework().part_of(file_of(entry))
    found = {
        check.outcome for check in result.checks if check.part == own and check.id != homework().whole
    } & {"crashed", "timeout"}
    return found or {"graded"}


def nothing_hidden_in(watched: Watched, result: Result) -> None:
    pages = result.to_json() + student_page(result, "en") + student_page(result, "ko")
    said = b"".join(watched.received) + pages.encode(errors="replace")
    crossed = b"".join(watched.sent) + said
    assert watched.sent and watched.received
    assert CANARY.encode() not in crossed
    for place, words in HIDDEN_WORDS.items():
        # Honest work is the solution's. It is sent as the student's own file, but must not come back.
        assert words.encode() not in (said if place == "solution" else crossed), place
    assert audit.GOT_THROUGH.encode() not in said, re.findall(rb"got through.{,200}", said)[:3]


def nobody_gains(crowd: tuple[Entry, ...], result: Result) -> None:
    for entry in crowd:
        assert outcomes(entry, result) <= ends(entry), entry.name
        assert not audit.gained(entry, result), entry.name
        if entry.work == "honest" and ends(entry) == {"graded"} and "loses" not in entry.header:
            part = homework().part_of(file_of(entry))
            whole = sum(check.max_points for check in result.checks if check.part == part)
            assert audit.earned(entry, result) == whole - (10 if part == "training" else 0), entry.name
    for part in (
        set(homework().parts) - {homework().part_of(file_of(entry)) for entry in crowd} - {"training"}
    ):
        assert result.part_points(part) == homework().points(part)


def name_of(crowd: tuple[Entry, ...]) -> str:
    return "+".join(entry.name.partition("--")[2] for entry in crowd)


@pytest.mark.parametrize("crowd", CALM, ids=name_of)
def test_an_attack_beside_finished_work_gains_and_reaches_nothing(
    watched: Watched, grade: Any, crowd: tuple[Entry, ...]
) -> None:
    result = grade(crowd)
    nobody_gains(crowd, result)
    nothing_hidden_in(watched, result)


@pytest.mark.parametrize("crowd", ROUGH, ids=name_of)
def test_an_attack_that_ends_badly_costs_its_own_part_alone(
    watched: Watched, grade: Any, crowd: tuple[Entry, ...]
) -> None:
    result = grade(crowd, homework=QUICK)
    nobody_gains(crowd, result)
    nothing_hidden_in(watched, result)


def test_after_all_attacks_a_right_submission_scores_everything(watched: Watched, grade: Any) -> None:
    result = grade(())
    assert (result.status, result.score) == ("graded", homework().max_score)
    nothing_hidden_in(watched, result)
    assert watched.ask_neighbour() == 2.0


# --- the bank itself, and whether these tests could notice anything ---------------------------------------


def test_the_hostile_bank_is_complete() -> None:
    assert len(HOSTILE) >= 60
    for entry in HOSTILE:
        assert entry.header["attack"], entry.name
        assert set(entry.header["stopped-by"].split(", ")) <= LAYERS, entry.name
        assert entry.work in ("honest", "empty", "wrong"), entry.name
        assert (entry.work == "wrong") == ("most" in entry.header), entry.name
        assert ends(entry) <= {"graded", "crashed", "timeout"}, entry.name
        assert set(entry.stubs) <= set(homework().stubs) and file_of(entry), entry.name


def test_every_layer_stops_an_attack() -> None:
    assert {layer for entry in HOSTILE for layer in entry.header["stopped-by"].split(", ")} == LAYERS


def test_the_hidden_words_stand_in_hidden_files() -> None:
    places = {
        "checks": kit.folder() / "checks" / "elbo.py",
        "solution": homework().solved / "loss.py",
        "calibration": kit.folder() / "checks" / "calibration.json",
    }
    for name, words in HIDDEN_WORDS.items():
        assert words in places[name].read_text(encoding="utf-8")


def test_an_attack_that_gets_through_is_seen(watched: Watched, grade: Any) -> None:
    """This entry breaks what the tests above ask for, and they must notice."""
    source = f"import torch\nraise SystemExit('got through: {CANARY}')\n"
    header = {"stub": "kl_divergence", "attack": "none", "work": "empty"}
    crowd = (Entry("loss--seen", "hostile", header, source),)
    result = grade(crowd)
    assert audit.got_through(result)
    with pytest.raises(AssertionError):
        nothing_hidden_in(watched, result)
    finding = audit.judge(crowd[0], result)
    assert (finding.caught, finding.wrong) == (False, "got through")


def test_an_attack_that_gains_is_seen(watched: Watched, grade: Any) -> None:
    crowd = (
        Entry(
            "loss--gains",
            "hostile",
            {"stub": "kl_divergence", "work": "wrong", "most": "29"},
            "import torch\n",
        ),
    )
    result = grade(crowd)
    assert audit.judge(crowd[0], result).wrong == "gained points"
    with pytest.raises(AssertionError):
        nobody_gains(crowd, result)
    row = audit.matrix([audit.judge(crowd[0], result)])["hostile"]
    assert json.loads(json.dumps(row)) == {"hostile": 1, "got_through": 1}


WITHOUT = {
    "loss--forged-answers-to-every-question": ("autograder.checks.expect", ("close", "all_close")),
    "latent--guesses-the-seed": ("autograder.run.Run", ("student_seed",)),
}


@pytest.mark.parametrize("name", WITHOUT)
def test_without_its_defence_on_the_trusted_side_an_attack_succeeds(
    name: str, grade: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the defence nothing is compared, or the student's process gets the run's own seed."""
    (entry,) = (entry for entry in HOSTILE if entry.name == name)
    module, functions = WITHOUT[name]
    succeeded = audit.got_through if "seed" in name else lambda result: audit.gained(entry, result)
    assert not succeeded(grade((entry,)))
    for function in functions:
        monkeypatch.setattr(f"{module}.{function}", lambda given, *_, **__: getattr(given, "seed", given))
    assert succeeded(grade((entry,)))
