"""The student's files as text: where a function is, what it looks like, and which line raised an exception.

Nothing here runs a student's code or imports torch, so the answer comes at once.
"""

from __future__ import annotations

import ast
import json
import re
import sys
import traceback
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from vae.desk.tasks import BY_ID, FILES, HANDOUT, TASKS, VAE, Task

STUBS = Path(__file__).with_name("stubs")
GIVEN = {"desk", "checks", "backups", "runs", "venv", "__pycache__"}
GIVEN |= {"__init__.py", "__main__.py", "data.py", "notebook.py", "plots.py"}
LARGEST = 1_000_000  # bytes; a larger file is not code
PACKAGES = {*sys.stdlib_module_names, "torch", "torchvision", "numpy", "matplotlib", "sklearn", "tqdm"}
PACKAGES |= {"scipy", "PIL", "mpl_toolkits", "typing_extensions"}  # which these need
SHARED = {"*", "model", "model.VAE"}  # what the four files may import from each other
SHARED |= {f"{task.file[:-3]}{name}" for task in TASKS for name in ("", ".*", f".{task.function}")}


def missing_import(tree: ast.Module) -> tuple[int, str]:
    """The line and the name of the first import that works here but not for the grader; (0, "") if there is none.

    An import in `try` or in `if __name__ == "__main__"` may fail.
    """
    nodes: list[ast.AST] = [tree]
    for node in nodes:
        if isinstance(node, ast.If) and re.search("__name__|TYPE_CHECKING", ast.unparse(node.test)):
            continue
        if not isinstance(node, ast.Try):
            nodes += ast.iter_child_nodes(node)
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            start = ["vae"] * getattr(node, "level", 0) + [getattr(node, "module", None)]
            for alias in node.names:
                name = ".".join(filter(None, [*start, alias.name]))
                package, _, rest = name.partition(".")
                own = not rest or rest in SHARED or f"{rest.partition('.')[0]}.py" in GIVEN
                if not own if package == "vae" else package not in PACKAGES and find_spec(package):
                    return node.lineno, name
    return 0, ""


def definitions(tree: ast.Module, task: Task) -> list[ast.FunctionDef]:
    """Every definition of the task's function where it belongs: in a class for model.py, else at top level."""
    bodies = [tree.body]
    if task.file == "model.py":
        bodies = [node.body for node in tree.body if isinstance(node, ast.ClassDef)]
    return [
        node
        for body in bodies
        for node in body
        if isinstance(node, ast.FunctionDef) and node.name == task.function
    ]


def is_bound(tree: ast.Module, task: Task) -> bool:
    """Whether the function's name may be bound without a plain def, which only running the file can tell."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Store):
            names.add(node.id if isinstance(node, ast.Name) else node.attr)
        elif isinstance(node, ast.alias):
            names.add(node.asname or node.name)
        elif isinstance(node, (ast.If, ast.Try, ast.With)):
            names |= {line.name for line in node.body if isinstance(line, ast.FunctionDef)}
    return bool(names & {task.function, "*"})


def body_of(task: Task) -> ast.FunctionDef | None:
    """The definition that Python uses; None if there is none or the file is not valid Python."""
    try:
        found = definitions(ast.parse(task.path.read_bytes()), task)
    except (OSError, SyntaxError, ValueError):
        return None
    return found[-1] if found else None


def own_lines(task: Task) -> dict[str, Any]:
    """Where the function's own code is, after its docstring, as fields of a Failure that quotes no line."""
    where = {"file": task.name, "function": task.function}
    node = body_of(task)
    if node is None:
        return where
    own = [line for line in node.body if not is_docstring(line)] or node.body
    return {**where, "line": own[0].lineno, "last": node.end_lineno}


def given_parameters(task: Task) -> list[str]:
    return ["self"] * task.call.startswith("VAE.") + task.call.partition("(")[2].rstrip(")").split(", ")


def parameters(node: ast.FunctionDef) -> list[str]:
    return [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]


def changed_parameters(task: Task) -> str:
    """The parameters of a function now and as given, if the given ones are not there in order; else ""."""
    node = body_of(task)
    if node is None:
        return ""
    now, given = parameters(node), given_parameters(task)
    variable = node.args.vararg or node.args.kwarg or node.decorator_list
    return (
        ""
        if variable or now[: len(given)] == given
        else f"({', '.join(now)}) -> def {task.function}({', '.join(given)})"
    )


def line_at(path: Path, number: int) -> str:
    """One line of a file, stripped; "" if there is none."""
    try:
        return path.read_text(encoding="utf-8").splitlines()[number - 1].strip()
    except (OSError, UnicodeDecodeError, IndexError):
        return ""


def is_stub(node: ast.FunctionDef) -> bool:
    """Whether a function holds nothing but the docstring and the NotImplementedError of the hand-out."""
    return all(is_docstring(line) or raises_stub(line) for line in node.body)


def is_docstring(line: ast.stmt) -> bool:
    return (
        isinstance(line, ast.Expr)
        and isinstance(line.value, ast.Constant)
        and isinstance(line.value.value, str)
    )


def raises_stub(line: ast.stmt) -> bool:
    return isinstance(line, ast.Raise) and "NotImplementedError" in ast.unparse(line)


def task_of_stub(message: str) -> Task | None:
    """The task that a stub's message names: "Task 2b: ..."."""
    head = message.partition(":")[0]
    return BY_ID.get(head.removeprefix("Task ")) if head.startswith("Task ") else None


def is_students(path: Path, line: str) -> bool:
    """Whether a line of this file is the student's own: neither in a given file nor as it was handed out."""
    if path.parent != VAE or path.name in GIVEN:
        return False
    original = STUBS / f"{path.stem}.txt"
    given = original.read_text(encoding="utf-8").splitlines() if original.is_file() else []
    return line not in map(str.strip, given)


def shown(path: Path, folder: Path = HANDOUT) -> str:
    """A path as a student sees it: relative to this folder if it is in there, with forward slashes."""
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)


def written_files(suffix: str) -> Iterator[Path]:
    """Files in the hand-out's folder that a student may have written, without the given ones."""
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


def is_written(path: Path, task: Task) -> bool:
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


def is_in_a_cell(path: Path, task: Task) -> bool:
    """Whether a code cell of a notebook defines the function at top level. The lab's own cells don't."""
    try:
        cells = json.loads(path.read_bytes())["cells"]
        codes = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return any(re.search(rf"^def {task.function}\(", code, re.MULTILINE) for code in codes)


def place(error: BaseException) -> tuple[dict[str, Any], Task | None]:
    """The student's innermost line, with its text, and None.

    If one task's function called another's, either may be at fault: then the line of the call, without its text, and
    the called task. A name that is not known is the fault of its own line all the same.
    """
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if is_students(Path(frame.filename), frame.line or "")]
    if not own:
        return {}, None
    passed = [(frame, task) for frame in own for task in TASKS if _is_in(frame, task)]
    calls = [(frame, task) for frame, task in passed if task is not passed[-1][1]]
    if calls and not isinstance(error, (NameError, ImportError)):
        (frame, caller), called = calls[-1], passed[-1][1]
        where = {"file": caller.name, "line": frame.lineno, "last": frame.lineno, "function": caller.function}
        return where, called
    frame = own[-1]
    return {"file": shown(Path(frame.filename)), "line": frame.lineno, "source": frame.line}, None


def imported(error: BaseException) -> str:
    """The student's file that lacks an imported name, else the one that was running; "" if there is none."""
    paths = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
    paths += [getattr(error, "path", None) or ""]
    names = [shown(path) for path in map(Path, paths) if path.parent == VAE and path.name in FILES]
    return names[-1] if names else ""


def task_of(error: BaseException) -> str:
    """The id of the task whose function the exception passed through, the innermost one; "" if there is none."""
    frames = traceback.extract_tb(error.__traceback__)
    return next((task.id for frame in reversed(frames) for task in TASKS if _is_in(frame, task)), "")


def _is_in(frame: traceback.FrameSummary, task: Task) -> bool:
    path = Path(frame.filename)
    return frame.name == task.function and path.name == task.file and path.resolve().parent == VAE
