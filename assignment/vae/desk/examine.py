"""What `submit` asks about the four files: do they import, and which tasks pass the public checks? Given.

The student's code may print, hang or end Python, so it is imported in a separate process: `python -m
vae.desk.examine FILE...` appends one line of JSON per file to $VAE_FINDINGS, so what it found before it ended is kept.
"""

from __future__ import annotations

import ast
import importlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from vae.desk import failure_in_run, failure_in_text
from vae.desk.failure import ERROR, Failure
from vae.desk.korean import with_particle
from vae.desk.tasks import HANDOUT, TASKS, VAE, Words

SECONDS = 60  # loading torch may take 20 on a laptop that was just switched on


def imports(files: Iterable[str]) -> dict[str, Failure]:
    """The failure of each file that does not import, by file name."""
    troubles: dict[str, Failure] = {}
    waiting = list(files)
    while waiting:
        findings, ended = _ask(waiting)
        for found in findings:
            if found["failure"]:
                troubles[found["file"]] = Failure.from_dict(found["failure"])
        waiting = waiting[len(findings) :]
        if waiting:  # this one hung, or ended the process
            name = waiting.pop(0)
            unloaded = with_particle(f"vae/{name}", "을/를")
            what = Words(f"{unloaded} 불러올 수 없습니다.", f"vae/{name} cannot be imported.")
            troubles[name] = Failure(ERROR, "", what, ended, f"import vae.{name[:-3]}", file=f"vae/{name}")
    return troubles


def red_tasks() -> list[str]:
    """The ids of the tasks with a public check that fails."""
    from vae.desk.runner import Worker

    with Worker() as worker:
        return [each.task.id for each in worker.check(TASKS) if not each.done]


def _ask(files: list[str]) -> tuple[list[dict], Words]:
    """The findings of a new process, and how it ended, which matters if some are missing."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        report = Path(folder) / "findings"
        report.touch()
        try:
            ended = subprocess.run(
                [sys.executable, "-m", "vae.desk.examine", *files],
                cwd=HANDOUT,
                env={**os.environ, "VAE_FINDINGS": str(report), "PYTHONUTF8": "1"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=SECONDS,
            )
            how = Words(
                f"불러오는 도중에 Python이 종료되었습니다(종료 코드 {ended.returncode}). 함수 밖에서 exit를 호출하나요?",
                f"Importing it ended Python (exit status {ended.returncode}). Does it call exit outside its functions?",
            )
        except subprocess.TimeoutExpired:
            how = Words(
                f"{SECONDS}초가 지나도 끝나지 않습니다. 함수 밖에 끝나지 않는 반복문이나 학습 코드가 있나요?",
                f"Importing it takes more than {SECONDS} s. Is there an endless loop or training code outside its functions?",
            )
        return [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()], how


def _import(name: str) -> Failure | None:
    """The failure of one of the four files that does not import or lacks a function; else None."""
    path = VAE / name
    try:
        missing = failure_in_text.not_loaded(path, ast.parse(path.read_bytes(), str(path)))
        if missing:
            return missing
        module = importlib.import_module(f"vae.{name[:-3]}")
    except BaseException as error:  # noqa: BLE001 - SystemExit is the student's, too
        failure = failure_in_run.describe(error, file=f"vae/{name}")
        # Another file's failure is reported for that file.
        return failure if failure.file == f"vae/{name}" else None
    owner = module.VAE if hasattr(module, "VAE") and name == "model.py" else module
    lost = [task for task in TASKS if task.file == name and not hasattr(owner, task.function)]
    return failure_in_text.problem(lost[0]) if lost else None


if __name__ == "__main__":
    for file in sys.argv[1:]:
        failure = _import(file)
        with open(os.environ["VAE_FINDINGS"], "a", encoding="utf-8") as findings:
            print(json.dumps({"file": file, "failure": failure and failure.as_dict()}), file=findings)
