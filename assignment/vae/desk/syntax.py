"""A file that is no Python: which line, and the slip that is behind it."""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path

from vae.desk.failure import ERROR, Failure
from vae.desk.tasks import Words

UTF16 = (b"\xff\xfe", b"\xfe\xff")

# The first pattern that is found in Python's own message names the cause.
CAUSES = (
    (
        r"inconsistent use of tabs",
        "탭과 빈칸이 섞였습니다. 들여쓰기를 모두 빈칸 4개로 바꾸세요 (VS Code: 오른쪽 아래 Tab Size > Convert Indentation to Spaces).",
        "Tabs and spaces are mixed. Indent with 4 spaces everywhere (VS Code: bottom right, Tab Size > Convert "
        "Indentation to Spaces).",
    ),
    (
        r"unindent does not match",
        "이 줄의 들여쓰기가 위의 어느 줄과도 맞지 않습니다. 같은 블록의 줄은 빈칸 수가 같아야 합니다.",
        "This line lines up with none above it. Lines of one block begin with the same number of spaces.",
    ),
    (
        r"expected an indented block",
        "윗줄이 :로 끝났으니 이 줄은 빈칸 4개 더 들여 써야 합니다.",
        "The line above ends in a colon, so this one has to be indented by 4 more spaces.",
    ),
    (
        r"unexpected indent",
        "이 줄이 윗줄보다 더 들여 쓰였습니다. 함수 안의 코드는 docstring과 같은 칸에서 시작합니다.",
        "This line is indented more than the one above. Code in a function begins in the docstring's column.",
    ),
    (
        r"was never closed|unmatched|does not match opening",
        "괄호의 짝이 맞지 않습니다. 이 줄과 윗줄에서 ( [ { 와 } ] ) 의 수를 세어 보세요.",
        "A bracket has no partner. Count ( [ { and } ] ) on this line and the one above.",
    ),
    (
        r"expected ':'",
        "줄 끝에 쌍점(:)이 빠졌습니다: def, for, if, with, else.",
        "A colon is missing at the end of the line: def, for, if, with, else.",
    ),
    (
        r"unterminated",
        "따옴표가 닫히지 않았습니다.",
        "A quotation mark is not closed.",
    ),
    (
        r"invalid (non-printable )?character",
        "영문이 아닌 문자나 기호(전각 괄호, 굽은 따옴표, × 등)가 코드에 있습니다. 영문 키보드로 다시 입력하세요.",
        "There is a character that is not plain English in the code (a wide bracket, a curly quote, ×). Type it again.",
    ),
    (
        r"cannot assign|Maybe you meant '=='|cannot delete",
        "= 의 왼쪽에는 이름만 올 수 있습니다. 비교는 == 입니다.",
        "Only a name can stand left of =. To compare, write ==.",
    ),
    (
        r"'return' outside function",
        "return이 함수 밖에 있습니다. 함수의 다른 줄과 같은 칸으로 들여 쓰세요.",
        "The return stands outside of the function. Indent it like the function's other lines.",
    ),
)
OTHERWISE = Words(
    "이 줄이나 바로 윗줄에 오타가 있습니다: 괄호, 쉼표, 쌍점, 따옴표를 보세요.",
    "There is a slip on this line or the one above: look at brackets, commas, colons, quotes.",
)


def unreadable(path: Path, task: str = "") -> Failure | None:
    """Why Python can't read this file of the student's; None where it can."""
    name = f"vae/{path.name}"
    try:
        content = path.read_bytes()
    except OSError as error:
        what = Words(f"{name}을(를) 읽을 수 없습니다.", f"{name} cannot be read.")
        return Failure(ERROR, task, what, Words(str(error.strerror), str(error.strerror)), file=name)
    return _wrong_kind(content, name, task) or _syntax(content, name, task)


def _wrong_kind(content: bytes, name: str, task: str) -> Failure | None:
    """A notebook under the name of a Python file, or text that is not UTF-8."""
    what = Words(f"{name}은(는) Python 파일이 아닙니다.", f"{name} is no Python file.")
    if content.lstrip()[:1] == b"{" and _is_notebook(content):
        cause = Words(
            "노트북(.ipynb)의 내용이 들어 있습니다. 셀의 코드만 복사해 넣거나, 노트북의 "
            f"'다른 이름으로 저장 > Python(.py)'을 쓰세요. 처음 파일로: python -m vae reset {task or name}",
            "It holds a saved notebook (.ipynb). Copy the code of the cells into it, or use the notebook's "
            f"'save as Python (.py)'. To get the file as it was: python -m vae reset {task or name}",
        )
        return Failure(ERROR, task, what, cause, file=name)
    try:
        if content.startswith(UTF16) or b"\0" in content:
            raise UnicodeDecodeError("utf-8", content, 0, 1, "UTF-16")
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        what = Words(f"{name}이(가) UTF-8로 저장되지 않았습니다.", f"{name} is not saved as UTF-8.")
        cause = Words(
            "편집기에서 인코딩을 UTF-8로 바꾸어 저장하세요 (메모장: 다른 이름으로 저장 > 인코딩 UTF-8).",
            "Save it with the encoding UTF-8 (Notepad: Save as > Encoding: UTF-8).",
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
            warnings.simplefilter("ignore")  # an odd escape in a string is no failure
            compile(content, name, "exec")
    except SyntaxError as error:
        return of_syntax_error(error, name, task)
    return None


def of_syntax_error(error: SyntaxError, name: str, task: str = "") -> Failure:
    """Python's own error in our words, with the line and the likely slip."""
    message, text = str(error.msg), error.text or ""
    if isinstance(error, IndentationError) and "\t" in text[: len(text) - len(text.lstrip())]:
        message += "; inconsistent use of tabs"
    cause = next((Words(ko, en) for pattern, ko, en in CAUSES if re.search(pattern, message)), OTHERWISE)
    if text.lstrip().startswith(("%", "!")):
        cause = Words(
            "%와 !로 시작하는 줄은 노트북의 명령입니다. 지우세요.",
            "A line that begins with % or ! is a command of notebooks. Delete it.",
        )
    what = Words(
        f"{name} {error.lineno}행을 Python이 읽지 못합니다.",
        f"Python cannot read line {error.lineno} of {name}.",
    )
    returned = f"{type(error).__name__}: {message}"
    source = text.strip()
    return Failure(
        ERROR, task, what, cause, returned=returned, file=name, line=error.lineno or 0, source=source
    )
