"""What `submit` asks processes of their own: do the four files import, which tasks pass the public checks? Given.

`python -m vae.desk.examine FILE...` writes one line of JSON for each finding to the file $VAE_FINDINGS; with `checks` in
place of files it runs the public checks. The student's code may print, hang or end Python: what was found until
then is there.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from vae.desk.trouble import FILES, TASKS, shown, where

HANDOUT = Path(__file__).resolve().parents[2]
IMPORT_SECONDS = 60  # torch alone may take 20 on a laptop that has just been switched on
CHECK_SECONDS = 180


def imports(files: Iterable[str]) -> dict[str, str]:
    """What is wrong with importing these files, by name; empty where all is well."""
    troubles: dict[str, str] = {}
    waiting = list(files)
    while waiting:
        findings, ended = _ask(waiting, IMPORT_SECONDS)
        troubles.update({found["file"]: found["trouble"] for found in findings if found["trouble"]})
        waiting = waiting[len(findings) :]
        if waiting:  # this one hung, or ended the process
            troubles[waiting.pop(0)] = ended
    return troubles


def red_tasks() -> list[str] | None:
    """The tasks whose public checks do not all pass; None where that could not be found out."""
    if not list(HANDOUT.glob("checks/test_*.py")):
        return None
    findings, _ = _ask(["checks"], CHECK_SECONDS)
    return findings[0]["red"] if findings else None


def _ask(what: list[str], seconds: float) -> tuple[list[dict], str]:
    """The findings of a new process, and how it ended where some are missing."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        report = Path(folder) / "findings"
        report.touch()
        try:
            ended = subprocess.run(
                [sys.executable, "-m", "vae.desk.examine", *what],
                cwd=HANDOUT,
                env={**os.environ, "VAE_FINDINGS": str(report), "PYTHONUTF8": "1"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=seconds,
            )
            how = f"파이썬이 끝나 버렸습니다 / it ended Python (status {ended.returncode})"
        except subprocess.TimeoutExpired:
            how = f"{seconds:.0f}초 안에 끝나지 않습니다 / does not finish within {seconds:.0f} s"
        return [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()], how


def _write(**finding: object) -> None:
    with open(os.environ["VAE_FINDINGS"], "a", encoding="utf-8") as report:
        print(json.dumps(finding), file=report)


def _import(name: str) -> str:
    """What is wrong with one of the four files, or nothing."""
    try:
        module = importlib.import_module(f"vae.{name[:-3]}")
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - SystemExit is the student's, too
        place, _, _ = where(error)
        return f"{place + ': ' if place else ''}{shown(error)}"
    lost = [function for function in FILES[name] if not hasattr(module, function)]
    if name == "model.py" and not lost and not hasattr(module.VAE, "reparameterize"):
        lost = ["VAE.reparameterize"]
    return f"{', '.join(lost)}: 이름이 없습니다. 바꾸었나요? / not there. Renamed?" if lost else ""


class _Red:
    """A pytest plugin: the tasks with a check that is not green."""

    def __init__(self) -> None:
        self.task_of: dict[str, str] = {}
        self.green: dict[str, bool] = {}

    def pytest_collection_modifyitems(self, items: list) -> None:
        for item in items:
            for mark in item.iter_markers():
                if mark.name.startswith("task"):
                    self.task_of[item.nodeid] = mark.name[4:]
                    self.green[item.nodeid] = False

    def pytest_runtest_logreport(self, report) -> None:
        if report.nodeid in self.green and report.when == "call":
            self.green[report.nodeid] = report.passed

    def tasks(self) -> list[str]:
        seen = dict.fromkeys(self.task_of.values(), True)
        for node, task in self.task_of.items():
            seen[task] = seen[task] and self.green[node]
        return [task for task in TASKS.values() if not seen.get(task, False)]


def _check() -> None:
    import pytest

    red = _Red()
    pytest.main(["-p", "no:cacheprovider", str(HANDOUT / "checks")], plugins=[red])
    _write(red=red.tasks())


if __name__ == "__main__":
    if sys.argv[1:] == ["checks"]:
        _check()
    else:
        for file in sys.argv[1:]:
            _write(file=file, trouble=_import(file))
