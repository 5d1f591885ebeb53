"""Try the hand-out before students do: grade it and run its public checks, both as it is and solved."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from autograder.homework import homework
from autograder.messages import Message
from autograder.release.violations import handout_root
from autograder.results import Result, number

SECONDS = 600  # for all public checks together; they take about ten


@dataclass(frozen=True)
class Desks:
    """The hand-out unpacked twice: as students get it, and with the solution in it."""

    skeleton: Path
    solution: Path
    work: Path


@contextmanager
def desks(handout: Path) -> Iterator[Desks]:
    """Unpack the zip of a hand-out for the duration of a trial."""
    with tempfile.TemporaryDirectory(prefix="autograder-release-") as folder:
        work = Path(folder)
        both = Desks(unpacked(handout, work / "skeleton"), unpacked(handout, work / "solution"), work)
        for file in homework().files:
            shutil.copyfile(homework().solved / file, both.solution / homework().package / file)
        yield both


def unpacked(handout: Path, folder: Path) -> Path:
    """Unpack the hand-out into a folder, and return the folder in it where the hand-out begins."""
    with zipfile.ZipFile(handout) as archive:
        archive.extractall(folder)
        root = handout_root(archive.namelist())
    return folder / root if root else folder


def scores(tried: Desks) -> Iterator[Message]:
    """What is wrong with the points: the solution must get all of them, the skeleton none.

    Both are graded exactly as a class is. Raises SandboxFault if nothing can be graded here.
    """
    from autograder import audit, classroom  # not at the top: most refusals need neither
    from autograder.intake import find

    texts = {
        name: {
            file: (desk / homework().package / file).read_text(encoding="utf-8") for file in homework().files
        }
        for name, desk in (("skeleton", tried.skeleton), ("solution", tried.solution))
    }
    audit.hand_in(texts, tried.work / "class")
    out = tried.work / "graded"
    out.mkdir()
    # Weak isolation is enough: both are the instructor's own.
    asked = classroom.Asked(find(tried.work / "class"), out, jobs=1, allow_weak=True, pages=False)
    wanted = {"skeleton": 0.0, "solution": homework().max_score}
    for result in classroom.grade_class(asked).results:
        if result.score != wanted[result.submission]:
            yield _score(result, wanted[result.submission])


def _score(result: Result, wanted: float) -> Message:
    odd = [check.id for check in result.checks if check.points != (check.max_points if wanted else 0)]
    values = {
        "score": "-" if result.score is None else number(result.score),
        "wanted": number(wanted),
        "checks": ", ".join(odd) or result.status,
    }
    return Message(f"release.score_{result.submission}", values)


def public_checks(tried: Desks) -> Iterator[Message]:
    """What is wrong with the public checks: each must fail on the skeleton and pass on the solution."""
    before = outcomes(tried.skeleton, tried.work / "skeleton.xml")
    after = outcomes(tried.solution, tried.work / "solution.xml")
    if not before or before.keys() != after.keys():
        different = sorted(before.keys() ^ after.keys())[:5]
        yield Message("release.checks_not_run", {"checks": ", ".join(different) or "checks/"})
    for check in sorted(before.keys() & after.keys()):
        if before[check] != "failed":
            yield Message("release.check_passes", {"check": check, "outcome": before[check]})
        if after[check] != "passed":
            yield Message("release.check_fails", {"check": check, "outcome": after[check]})


def outcomes(desk: Path, report: Path) -> dict[str, str]:
    """Whether each public check ``passed``, ``failed`` or was ``skipped``, by its name.

    Plain pytest runs in a process of its own, without the engine, as a student runs it. Empty if it did not finish.
    """
    of_pytest = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTHONPATH")
    environment = {name: value for name, value in os.environ.items() if name not in of_pytest}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--junitxml={report}"]
    try:
        subprocess.run(
            command,
            cwd=desk,
            env={**environment, "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
        )
        cases = list(ElementTree.parse(report).iter("testcase"))
    except (subprocess.TimeoutExpired, OSError, ElementTree.ParseError):
        return {}
    return {f"{case.get('classname')}::{case.get('name')}": _outcome(case) for case in cases}


def _outcome(case: ElementTree.Element) -> str:
    kinds = {child.tag for child in case}
    return "failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"
