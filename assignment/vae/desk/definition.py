"""A task's function that is missing from its file, perhaps renamed, or defined more than once."""

from __future__ import annotations

import ast
import difflib
from dataclasses import replace

from vae.desk import source
from vae.desk.failure import ERROR, Failure
from vae.desk.korean import with_particle
from vae.desk.tasks import BY_ID, TASKS, Task, Words


def missing(task: Task, tree: ast.Module) -> Failure:
    """The failure of a missing function: perhaps it was renamed or lost its indentation."""
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    inside = "의 class VAE" if task.file == "model.py" else ""
    what = Words(
        f"{task.name}{inside}에 {task.function} 함수가 없습니다.",
        f"{task.function} is missing from {task.name}.",
    )
    if task.function in functions:
        line = functions[task.function].lineno
        right = (
            Words(
                "class VAE 안으로 옮기고 def 앞을 4칸 들여 쓰세요.",
                "Move it into class VAE and indent its def by 4 spaces.",
            )
            if task.file == "model.py"
            else Words(
                "def를 들여 쓰지 말고 줄 맨 앞에 두세요.", "Start its def at the left edge of the line."
            )
        )
        cause = Words(
            f"{line}행에 있지만 들여쓰기가 다릅니다. {right.ko}",
            f"It is on line {line}, but indented differently. {right.en}",
        )
        return Failure(
            ERROR, task.id, what, cause, file=task.name, line=line, source=source.line_at(task.path, line)
        )
    given = {other.function for other in TASKS} | {"__init__", "encode", "decode", "forward"}
    own = {name: node for name, node in functions.items() if name not in given}
    same = [name for name, node in own.items() if source.parameters(node) == source.given_parameters(task)]
    near = difflib.get_close_matches(task.function, same or own, n=1, cutoff=0 if same else 0.5)
    line = functions[near[0]].lineno if near else 0
    if near:
        question = Words(f"혹시 {line}행의 {near[0]}인가요?", f"Is it {near[0]} on line {line}?")
        if near[0] in same:
            question = Words(
                f"{line}행의 {near[0]} 함수와 매개변수가 같으니, 이 함수의 이름을 바꾼 것입니다.",
                f"You renamed it: {near[0]} on line {line} has its parameters.",
            )
        cause = Words(
            f"{question.ko} 이름을 {with_particle(task.function, '으로/로')} 되돌리세요. 채점도 이 이름으로 합니다.",
            f"{question.en} Rename it to {task.function}: grading uses that name.",
        )
    else:
        cause = Words(
            f"함수 이름과 매개변수는 그대로 두어야 합니다. 되돌리려면: python -m vae reset {task.id}",
            f"Keep the names and parameters as given. To restore the function: python -m vae reset {task.id}",
        )
    where = {"file": task.name, "line": line, "source": source.line_at(task.path, line) if line else ""}
    return Failure(ERROR, task.id, what, cause, expected=f"def {task.call.removeprefix('VAE.')}", **where)


def with_all_lines(failure: Failure) -> Failure:
    """The failure; if the task's function is defined more than once, it first says where, and which one counts."""
    try:
        task = BY_ID[failure.task]
        *others, last = (node.lineno for node in source.definitions(ast.parse(task.path.read_bytes()), task))
    except (OSError, SyntaxError, ValueError, KeyError):
        return failure
    if not others:
        return failure
    lines = ", ".join(map(str, others))
    cause = Words(
        f"{task.function} 함수가 {lines}행과 {last}행에 있습니다. Python은 마지막({last}행) 것만 씁니다. 하나만 남기세요. {failure.cause.ko}",
        f"{task.function} is on lines {lines} and {last}. Python uses only the last one, on line {last}. Keep only one. {failure.cause.en}",
    )
    return replace(failure, cause=Words(*map(str.strip, cause)))
