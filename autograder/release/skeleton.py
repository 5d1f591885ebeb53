"""Generate the students' files from the instructor's: the solution stays the one source of truth.

A stub is a function whose docstring is followed by a comment block that begins with ``# TODO <task>:``.
Signature, docstring and that block stay; the rest of the body becomes a NotImplementedError naming the task.

``python -m autograder.release.skeleton`` writes the hand-out's files, and each once more for the desk's `reset`.
``--check`` names what has drifted and exits 1.
"""

import ast
import re
import sys
from pathlib import Path

from autograder.homework import homework
from autograder.release import generated

TODO = re.compile(r"\s*# TODO (\w+):")


def skeleton(source: str) -> str:
    """The student's version of one solution file's source text."""
    lines = source.splitlines(keepends=True)
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    # From the last to the first, so that line numbers above a cut stay valid.
    for function in sorted(functions, key=lambda node: node.lineno, reverse=True):
        if ast.get_docstring(function) is None:
            continue
        cut = function.body[0].end_lineno or 0
        todo = TODO.match("".join(lines[cut : cut + 1]))
        if todo:
            while lines[cut].lstrip().startswith("#"):
                cut += 1
            message = f"Task {todo[1]}: {function.name} is not written yet. 아직 작성되지 않았습니다."
            indent = " " * function.body[0].col_offset
            lines[cut : function.end_lineno] = [f'{indent}raise NotImplementedError("{message}")\n']
    return "".join(lines)


def wanted() -> dict[Path, str]:
    """All files that the solution generates, each with its text, also for the hand-out's desk if it has one."""
    files = {}
    for file in sorted(homework().solved.glob("*.py")):
        text = skeleton(file.read_text(encoding="utf-8"))
        files[homework().given / file.name] = text
        if (homework().given / "desk").is_dir():
            files[homework().given / "desk" / "stubs" / f"{file.stem}.txt"] = text  # what `reset` puts back
    return files


def main() -> int:
    return generated.main("autograder.release.skeleton", __doc__, wanted())


if __name__ == "__main__":
    sys.exit(main())
