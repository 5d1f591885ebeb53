"""Work in the wrong place: another file, a notebook, a file with a second ending."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

from vae.desk.tasks import HANDOUT, VAE, Task, Words

GIVEN = {"desk", "checks", "backups", "runs", "venv", "__pycache__"}
GIVEN |= {"__init__.py", "__main__.py", "data.py", "notebook.py", "plots.py"}
LARGEST = 1_000_000  # bytes; whatever is larger is no file of code


def found(task: Task) -> Words | None:
    """Where the function of an unwritten task is written instead; None where it is nowhere."""
    for path in _candidates(".py"):
        if path != task.path and _is_written(path, task):
            name = path.relative_to(HANDOUT).as_posix()
            return Words(
                f"{task.function}은(는) {name}에 쓰여 있습니다. 검사와 채점은 {task.name}만 봅니다. 코드를 그 파일로 옮기세요.",
                f"{task.function} is written in {name}, but only {task.name} is checked and graded. Move the code there.",
            )
    for path in _candidates(".ipynb"):
        if _defines(path, task):
            name = path.relative_to(HANDOUT).as_posix()
            return Words(
                f"{task.function}은(는) 노트북 {name}의 셀에 있습니다. 검사와 채점은 {task.name}만 봅니다. 함수를 그 파일에 붙여 넣고 저장하세요.",
                f"{task.function} stands in a cell of the notebook {name}, but only {task.name} is checked and graded. "
                "Paste the function into that file and save.",
            )
    return None


def renamed_file(task: Task) -> Words | None:
    """A file that seems to be the missing one under another name: loss.py.txt, loss (1).py, loss.ipynb."""
    stem = task.file.removesuffix(".py")
    pattern = re.compile(
        rf"{stem}( ?\(\d+\)|[ _-]?copy|[ _-]?\d+| - 복사본)?(\.py)?(\.txt|\.ipynb|\.py)?", re.I
    )
    for path in sorted([*VAE.iterdir(), *HANDOUT.iterdir()]):
        if path.is_file() and pattern.fullmatch(path.name):
            name = path.relative_to(HANDOUT).as_posix()
            return Words(
                f"{name}이(가) 그 파일인가요? 이름을 정확히 {task.name}(으)로 바꾸세요 (Windows: 보기 > 파일 확장명 켜기).",
                f"Is it {name}? Rename it to exactly {task.name} (Windows: View > File name extensions on).",
            )
    return None


def _candidates(suffix: str) -> Iterator[Path]:
    """Files of the hand-out that a student may have written, given ones left out."""
    folders = [HANDOUT]
    for folder in folders:
        try:
            entries = sorted(folder.iterdir())
        except OSError:
            continue
        for path in entries:
            if path.name in GIVEN or path.name.startswith("."):
                continue
            if path.is_dir():
                if len(folders) < 50:
                    folders.append(path)
            elif path.suffix == suffix and path.stat().st_size < LARGEST:
                yield path


def _is_written(path: Path, task: Task) -> bool:
    """Whether a Python file holds the function with more than a docstring and a NotImplementedError."""
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return False
    return any(
        isinstance(node, ast.FunctionDef)
        and node.name == task.function
        and not any(isinstance(line, ast.Raise) for line in node.body)
        for node in ast.walk(tree)
    )


def _defines(path: Path, task: Task) -> bool:
    """Whether a code cell of a notebook begins the function at its left edge. The lab's own cells don't."""
    try:
        cells = json.loads(path.read_bytes())["cells"]
        codes = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return any(re.search(rf"^def {task.function}\(", code, re.MULTILINE) for code in codes)
