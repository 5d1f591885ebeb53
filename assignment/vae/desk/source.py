"""The student's files as text: whether a task is begun, and what keeps its file from being used.

Nothing here runs a student's code or imports torch, so that it answers at once.
"""

from __future__ import annotations

import ast
import difflib
from pathlib import Path

from vae.desk import elsewhere
from vae.desk.failure import ERROR, STUB, Failure
from vae.desk.syntax import unreadable
from vae.desk.tasks import BY_ID, HANDOUT, TASKS, VAE, Task, Words

STUBS = Path(__file__).with_name("stubs")


def problem(task: Task) -> Failure | None:
    """What can be seen without running anything: no file, no Python, another name, not begun. Else None."""
    if not task.path.is_file():
        return _no_file(task)
    failure = unreadable(task.path, task.id)
    if failure:
        return failure
    tree = ast.parse(task.path.read_bytes())
    found = definitions(tree, task)
    if not found:
        return None if _is_bound(tree, task) else _no_function(task, tree)
    if len(found) > 1 and any(is_stub(node) for node in found):
        first, last = found[0].lineno, found[-1].lineno
        cause = Words(
            f"{first}행과 {last}행에 같은 함수가 있습니다. 하나만 남기세요. Python은 마지막 것을 씁니다.",
            f"It stands on lines {first} and {last}: keep one of them. Python uses the last.",
        )
        what = Words(f"{task.function} 함수가 두 번 있습니다.", f"{task.function} is there twice.")
        return Failure(ERROR, task.id, what, cause, file=task.name, line=last)
    return unwritten(task, found[-1])


def unwritten(task: Task, node: ast.FunctionDef | None = None) -> Failure | None:
    """Says that a function is still a stub, and what to write; None where it is written."""
    node = node or body_of(task)
    stub = node and next((line for line in node.body if _raises_stub(line)), None)
    if node is None or stub is None:
        return None
    before = [line for line in node.body if line.lineno < stub.lineno]
    if any(isinstance(line, ast.Return) for line in before):
        return None  # it is never reached
    own = [line for line in node.body if not _is_docstring(line) and not _raises_stub(line)]
    stub_line, source = stub.lineno, "raise NotImplementedError(...)"
    if own:
        what = Words(
            "코드를 썼지만 raise NotImplementedError 줄이 남아 있습니다.",
            "There is code, but the line raise NotImplementedError is still there.",
        )
        cause = Words("그 줄을 지우고 저장하세요.", "Delete that line and save.")
        return Failure(ERROR, task.id, what, cause, file=task.name, line=stub_line, source=source)
    what = Words(f"{task.function}: 아직 작성되지 않았습니다.", f"{task.function} is not written yet.")
    cause = elsewhere.found(task) or Words(
        f"{task.todo.ko}\n아래 줄을 여러분의 코드로 바꾸고 저장하세요.",
        f"{task.todo.en}\nReplace the line below by your code and save.",
    )
    return Failure(
        STUB,
        task.id,
        what,
        cause,
        called=task.call,
        returned="NotImplementedError",
        expected=task.expected,
        file=task.name,
        line=stub_line,
        source=source,
    )


def definitions(tree: ast.Module, task: Task) -> list[ast.FunctionDef]:
    """Every definition of the task's function where it belongs: in a class for model.py, else at the top."""
    bodies = [tree.body]
    if task.file == "model.py":
        bodies = [node.body for node in tree.body if isinstance(node, ast.ClassDef)]
    return [
        node
        for body in bodies
        for node in body
        if isinstance(node, ast.FunctionDef) and node.name == task.function
    ]


def _is_bound(tree: ast.Module, task: Task) -> bool:
    """Whether the name may come about in some other way, which only running the file can tell."""
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
    """The definition that Python uses, None where there is none or the file is no Python."""
    try:
        found = definitions(ast.parse(task.path.read_bytes()), task)
    except (OSError, SyntaxError, ValueError):
        return None
    return found[-1] if found else None


def first_line(task: Task) -> tuple[int, str]:
    """The line of the function where its own code begins, and its text; (0, "") where it can't be found."""
    node = body_of(task)
    if node is None:
        return 0, ""
    own = [line for line in node.body if not _is_docstring(line)] or node.body
    return own[0].lineno, line_at(task.path, own[0].lineno)


def changed_parameters(task: Task) -> str:
    """The parameters of a function as they are now, where the given ones are not there in order; else ""."""
    node = body_of(task)
    if node is None:
        return ""
    now = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    given = ["self"] * task.call.startswith("VAE.") + task.call.partition("(")[2].rstrip(")").split(", ")
    variable = node.args.vararg or node.args.kwarg or node.decorator_list
    return (
        ""
        if variable or now[: len(given)] == given
        else f"({', '.join(now)}), def {task.function}({', '.join(given)})"
    )


def line_at(path: Path, number: int) -> str:
    """One line of a file, stripped; "" where there is none."""
    try:
        return path.read_text(encoding="utf-8").splitlines()[number - 1].strip()
    except (OSError, UnicodeDecodeError, IndexError):
        return ""


def is_stub(node: ast.FunctionDef) -> bool:
    """Whether nothing but the docstring and the NotImplementedError of the hand-out is in a function."""
    return all(_is_docstring(line) or _raises_stub(line) for line in node.body)


def _is_docstring(line: ast.stmt) -> bool:
    return (
        isinstance(line, ast.Expr)
        and isinstance(line.value, ast.Constant)
        and isinstance(line.value.value, str)
    )


def _raises_stub(line: ast.stmt) -> bool:
    return isinstance(line, ast.Raise) and "NotImplementedError" in ast.unparse(line)


def _no_file(task: Task) -> Failure:
    where = elsewhere.renamed_file(task)
    what = Words(f"{task.name} 파일이 없습니다.", f"{task.name} is missing.")
    cause = where or Words(
        f"여기에 있어야 합니다: {VAE}\n되살리기: python -m vae reset {task.id}",
        f"It belongs here: {VAE}\nTo bring it back: python -m vae reset {task.id}",
    )
    return Failure(ERROR, task.id, what, cause, file=task.name)


def _no_function(task: Task, tree: ast.Module) -> Failure:
    """The function is missing: perhaps it has another name, or lost its indentation."""
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    inside = "class VAE의 함수" if task.file == "model.py" else "함수"
    what = Words(
        f"{task.name}에 {inside} {task.function}이(가) 없습니다.",
        f"{task.function} is missing in {task.name}.",
    )
    if task.function in functions:
        line = functions[task.function].lineno
        right = "    def (class VAE)" if task.file == "model.py" else "def"
        cause = Words(
            f"{line}행에 있지만 들여쓰기가 다릅니다. 원래처럼 {right} 자리에 두세요.",
            f"It is on line {line}, but indented differently. Put it back where it was: {right}.",
        )
        return Failure(
            ERROR, task.id, what, cause, file=task.name, line=line, source=line_at(task.path, line)
        )
    given = {other.function for other in TASKS} | {"__init__", "encode", "decode", "forward"}
    near = difflib.get_close_matches(task.function, set(functions) - given, n=1, cutoff=0.5)
    line = functions[near[0]].lineno if near else 0
    if near:
        cause = Words(
            f"{line}행의 {near[0]}을(를) 말하나요? 이름을 {task.function}(으)로 되돌리세요. 채점도 이 이름으로 합니다.",
            f"Is it {near[0]} on line {line}? Give it back its name {task.function}: it is graded by that name.",
        )
    else:
        cause = Words(
            f"함수 이름과 매개변수는 그대로 두어야 합니다. 되살리기: python -m vae reset {task.id}",
            f"Names and parameters must stay. To bring it back: python -m vae reset {task.id}",
        )
    return Failure(
        ERROR,
        task.id,
        what,
        cause,
        expected=f"def {task.call.removeprefix('VAE.')}",
        file=task.name,
        line=line,
        source=line_at(task.path, line) if line else "",
    )


def task_of_stub(message: str) -> Task | None:
    """The task that a stub's message names: "Task 2b: ..."."""
    head = message.partition(":")[0]
    return BY_ID.get(head.removeprefix("Task ")) if head.startswith("Task ") else None


def shown(path: Path) -> str:
    """A path as a student sees it: from the hand-out's folder, with forward slashes."""
    return path.relative_to(HANDOUT).as_posix() if path.is_relative_to(HANDOUT) else str(path)
