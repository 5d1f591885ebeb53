"""Problems found by reading the student's files: a missing file, invalid Python, a renamed function, an unwritten stub.

No code runs, so the answer comes at once.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from pathlib import Path

from vae.desk import definition, source
from vae.desk.failure import ERROR, STUB, Failure
from vae.desk.korean import with_particle
from vae.desk.tasks import HANDOUT, NO_WORDS, TASKS, VAE, Task, Words, in_threes

UTF16 = (b"\xff\xfe", b"\xfe\xff")


def cause_of(message: str, table: list[tuple[str, Words]]) -> Words:
    """The cause that the first pattern found in a message names."""
    return next(
        Words(*map(found.expand, cause)) for pattern, cause in table if (found := re.search(pattern, message))
    )


# The first pattern found in the message of Python's SyntaxError names the cause.
CAUSES = in_threes(r"""
inconsistent use of tabs
    탭과 공백(스페이스)이 섞여 있습니다. 들여쓰기를 모두 공백 4개로 바꾸세요 (VS Code: 오른쪽 아래 Tab Size > Convert Indentation to Spaces).
    Tabs and spaces are mixed. Indent with 4 spaces everywhere (VS Code: bottom right, Tab Size > Convert Indentation to Spaces).
unindent does not match
    이 줄의 들여쓰기가 위의 어느 줄과도 맞지 않습니다. 같은 블록의 줄은 앞의 공백 수가 같아야 합니다.
    This line's indentation matches no line above it. All lines of a block start with the same number of spaces.
expected an indented block
    윗줄이 콜론(:)으로 끝났으니 이 줄은 4칸 더 들여 써야 합니다.
    The line above ends with a colon, so indent this one by 4 more spaces.
unexpected indent
    이 줄을 윗줄보다 더 들여 썼습니다. 함수 안의 코드는 docstring과 같은 칸에서 시작합니다.
    This line is indented more than the one above. Code in a function starts in the same column as the docstring.
was never closed|unmatched|does not match opening
    괄호의 짝이 맞지 않습니다. 이 줄과 윗줄에서 여는 괄호 ( [ { 와 닫는 괄호 } ] ) 의 수를 세어 보세요.
    The brackets don't match. Count the opening ( [ { and the closing } ] ) on this line and the one above.
expected ':'
    줄 끝에 콜론(:)이 빠졌습니다. def, for, if, with, else로 시작하는 줄에 필요합니다.
    A colon is missing at the end of the line. Lines that start with def, for, if, with or else need one.
unterminated
    따옴표를 닫지 않았습니다.
    A quotation mark is not closed.
invalid (non-printable )?character
    코드에 쓸 수 없는 문자(전각 괄호, 둥근 따옴표, × 등)가 있습니다. 영문 입력 상태에서 다시 입력하세요.
    The code has a character that is not plain English, such as a full-width bracket, a curly quote or ×. Retype it.
cannot assign|Maybe you meant '=='|cannot delete
    = 왼쪽에는 변수 이름만 올 수 있습니다. 비교할 때는 ==를 쓰세요.
    Only a variable can be on the left of =. To compare, use ==.
'return' outside function
    return이 함수 밖에 있습니다. 함수의 다른 줄과 같은 칸으로 들여 쓰세요.
    The return is outside the function. Indent it like the function's other lines.
.*
    이 줄이나 바로 윗줄에 오타가 있습니다. 괄호, 쉼표, 콜론, 따옴표를 확인하세요.
    There is a typo on this line or the one above. Check the brackets, commas, colons and quotes.
""")


def problem(task: Task) -> Failure | None:
    """The problem of a task that shows without running anything; None if there is none."""
    if not task.path.is_file():
        return _no_file(task)
    failure = unreadable(task.path, task.id)
    if failure:
        return failure
    tree = ast.parse(task.path.read_bytes())
    failure = not_loaded(task.path, tree, task.id)
    if failure:
        return failure
    found = source.definitions(tree, task)
    if not found:
        return None if source.is_bound(tree, task) else definition.missing(task, tree)
    if len(found) > 1 and source.is_stub(found[-1]):
        what = Words(f"{task.function} 함수가 두 번 정의되어 있습니다.", f"{task.function} is defined twice.")
        failure = Failure(ERROR, task.id, what, NO_WORDS, file=task.name, line=found[-1].lineno)
        return definition.with_all_lines(failure)
    return unwritten(task)


def unwritten(task: Task) -> Failure | None:
    """The failure of a function that is still a stub; None if it is written."""
    node = source.body_of(task)
    stub = node and next((line for line in node.body if source.raises_stub(line)), None)
    if node is None or stub is None:
        return None
    before = [line for line in node.body if line.lineno < stub.lineno]
    if any(isinstance(line, ast.Return) for line in before):
        return None  # it is never reached
    own = [line for line in node.body if not source.is_docstring(line) and not source.raises_stub(line)]
    where = {"file": task.name, "line": stub.lineno, "source": "raise NotImplementedError(...)"}
    if own:
        what = Words(
            "코드를 썼지만 raise NotImplementedError 줄이 남아 있습니다.",
            "You wrote code, but the line raise NotImplementedError is still there.",
        )
        cause = Words("그 줄을 지우고 저장하세요.", "Delete that line and save.")
        return Failure(ERROR, task.id, what, cause, **where)
    what = Words(
        f"{with_particle(task.function, '을/를')} 아직 작성하지 않았습니다.",
        f"{task.function} is not written yet.",
    )
    cause = _written_elsewhere(task) or Words(
        f"{task.todo.ko}\n아래 줄을 여러분의 코드로 바꾸고 저장하세요.",
        f"{task.todo.en}\nReplace the line below with your code and save.",
    )
    answer = {"called": task.call, "returned": "NotImplementedError", "expected": task.expected}
    return Failure(STUB, task.id, what, cause, **answer, **where)


def unreadable(path: Path, task: str = "") -> Failure | None:
    """Why Python can't read one of the student's files; None if it can."""
    name = f"vae/{path.name}"
    try:
        content = path.read_bytes()
    except OSError as error:
        what = Words(f"{with_particle(name, '을/를')} 읽을 수 없습니다.", f"{name} cannot be read.")
        return Failure(ERROR, task, what, Words(str(error.strerror), str(error.strerror)), file=name)
    return _wrong_kind(content, name, task) or _syntax(content, name, task)


def not_loaded(path: Path, tree: ast.Module, task: str = "") -> Failure | None:
    """The failure of a file that imports what the grader does not have; None if there is none."""
    line, name = source.missing_import(tree)
    what = Words(
        f"채점할 때는 {with_particle(name, '을/를')} import 할 수 없습니다.",
        f"The grader cannot import {name}.",
    )
    cause = Words(
        "채점기는 네 파일만 따로따로 불러옵니다. 서로 import할 수 있는 것은 과제의 함수와 VAE뿐입니다. 필요한 코드를 이 파일로 옮기세요. "
        "패키지는 torch, torchvision, numpy, matplotlib, scikit-learn, tqdm만 쓸 수 있습니다.",
        "It loads only the four files, each apart. Of each other they may import the tasks' functions and VAE. Move the code you need "
        "into this file. The only packages are torch, torchvision, numpy, matplotlib, scikit-learn and tqdm.",
    )
    where = {"file": f"vae/{path.name}", "line": line, "source": source.line_at(path, line)}
    return Failure(ERROR, task, what, cause, **where) if line else None


def _wrong_kind(content: bytes, name: str, task: str) -> Failure | None:
    """The failure of a notebook saved as a Python file, or of text that is not UTF-8; None for any other file."""
    what = Words(f"{with_particle(name, '은/는')} Python 파일이 아닙니다.", f"{name} is not a Python file.")
    reset = f"python -m vae reset {task or next((each.id for each in TASKS if each.name == name), name)}"
    if content.lstrip()[:1] == b"{" and _is_notebook(content):
        cause = Words(
            "노트북(.ipynb)의 내용이 들어 있습니다. 셀의 코드만 복사해 넣거나, 노트북에서 "
            f"'다른 이름으로 저장 > Python(.py)'을 쓰세요. 처음 상태로 되돌리려면: {reset}",
            "It contains a saved notebook (.ipynb). Copy only the code of its cells into the file, or save the notebook "
            f"as Python (.py). To restore the file as it was: {reset}",
        )
        return Failure(ERROR, task, what, cause, file=name)
    try:
        if content.startswith(UTF16) or b"\0" in content:
            raise UnicodeDecodeError("utf-8", content, 0, 1, "UTF-16")
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        what = Words(
            f"{with_particle(name, '이/가')} UTF-8로 저장되어 있지 않습니다.",
            f"{name} is not saved as UTF-8.",
        )
        cause = Words(
            "편집기에서 인코딩을 UTF-8로 바꾸어 저장하세요 (메모장: 다른 이름으로 저장 > 인코딩 UTF-8).",
            "In your editor, save it with the encoding UTF-8 (Notepad: Save as > Encoding: UTF-8).",
        )
        return Failure(ERROR, task, what, cause, file=name, line=line)
    return None


def _is_notebook(content: bytes) -> bool:
    try:
        return "cells" in json.loads(content)
    except ValueError:
        return False


def _syntax(content: bytes, name: str, task: str) -> Failure | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape in a string is not a failure
            compile(content, name, "exec")
    except SyntaxError as error:
        return of_syntax_error(error, name, task)
    return None


def of_syntax_error(error: SyntaxError, name: str, task: str = "") -> Failure:
    """Python's own error in our words, with the line and the likely mistake."""
    message, text = str(error.msg), error.text or ""
    if isinstance(error, IndentationError) and "\t" in text[: len(text) - len(text.lstrip())]:
        message += "; inconsistent use of tabs"
    cause = cause_of(message, CAUSES)
    if text.lstrip().startswith(("%", "!")):
        cause = Words(
            "%나 !로 시작하는 줄은 노트북에서만 쓰는 명령입니다. 지우세요.",
            "A line that starts with % or ! is a notebook command. Delete it.",
        )
    what = Words(
        f"Python이 {name} {error.lineno}행을 읽지 못합니다.",
        f"Python cannot read line {error.lineno} of {name}.",
    )
    returned = f"{type(error).__name__}: {message}"
    where = {"file": name, "line": error.lineno or 0, "source": text.strip()}
    return Failure(ERROR, task, what, cause, returned=returned, **where)


def _no_file(task: Task) -> Failure:
    what = Words(f"{task.name} 파일이 없습니다.", f"{task.name} is missing.")
    cause = _renamed(task) or Words(
        f"여기에 있어야 합니다: {VAE}\n되돌리려면: python -m vae reset {task.id}",
        f"It belongs here: {VAE}\nTo restore it: python -m vae reset {task.id}",
    )
    return Failure(ERROR, task.id, what, cause, file=task.name)


def _written_elsewhere(task: Task) -> Words | None:
    """Where the function of an unwritten task is written instead; None if nowhere."""
    for path in source.written_files(".py"):
        if path != task.path and source.is_written(path, task):
            name = source.shown(path)
            return Words(
                f"{task.function} 함수가 {name}에 있습니다. 검사와 채점은 {task.name}만 봅니다. 코드를 {with_particle(task.name, '으로/로')} 옮기세요.",
                f"{task.function} is written in {name}, but only {task.name} is checked and graded. Move your code to {task.name}.",
            )
    for path in source.written_files(".ipynb"):
        if source.is_in_a_cell(path, task):
            name = source.shown(path)
            return Words(
                f"{task.function} 함수가 노트북 {name}의 셀에 있습니다. 검사와 채점은 {task.name}만 봅니다. 함수를 {task.name}에 붙여 넣고 저장하세요.",
                f"{task.function} is in a cell of the notebook {name}, but only {task.name} is checked and graded. "
                f"Paste the function into {task.name} and save.",
            )
    return None


def _renamed(task: Task) -> Words | None:
    """A file that may be the missing one under another name: loss.py.txt, loss (1).py, loss.ipynb. Else None."""
    stem = task.file.removesuffix(".py")
    pattern = re.compile(
        rf"{stem}( ?\(\d+\)|[ _-]?copy|[ _-]?\d+| - 복사본)?(\.py)?(\.txt|\.ipynb|\.py)?", re.I
    )
    for path in sorted([*VAE.iterdir(), *HANDOUT.iterdir()]):
        if path.is_file() and pattern.fullmatch(path.name):
            name = source.shown(path)
            return Words(
                f"혹시 {name}인가요? 파일 이름을 정확히 {with_particle(task.name, '으로/로')} 바꾸세요 (Windows: 보기 > 파일 확장명 켜기).",
                f"Is it {name}? Rename it to exactly {task.name} (Windows: turn on View > File name extensions).",
            )
    return None
