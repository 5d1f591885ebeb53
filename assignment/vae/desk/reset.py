"""The command `reset`: restore one function as it was handed out, and keep a copy of the file in backups/."""

from __future__ import annotations

import ast
import os
import re
import shutil
import sys
from datetime import datetime
from pathlib import Path

from rich.text import Text

from vae.desk import hints, show, source
from vae.desk.korean import with_particle
from vae.desk.tasks import FILES, HANDOUT, TASKS, Task, Words

BACKUPS = HANDOUT / "backups"
KEPT = Words("그대로 두었습니다.", "Nothing was changed.")


def reset(task: Task, yes: bool = False) -> int:
    """Restore the stub of one function, or the whole file if that is not possible. Asks first.

    Returns 0 when it is done, 1 if it was declined or the folder can't be written; then nothing has changed.
    """
    out = show.console()
    out.print(show.words(question(task), style="bold yellow"))
    if not (yes or _agreed()):
        out.print(show.words(KEPT))
        return 1
    done, said = restore(task)
    out.print(said)
    return 0 if done else 1


def question(task: Task) -> Words:
    """What to ask before `restore`."""
    function = with_particle(task.function, "을/를")
    if _renewed(task) is None:
        return Words(
            f"{task.name}에서 {function} 따로 되돌릴 수 없습니다. 파일 전체를 처음 상태로 되돌릴까요? 이 파일의 다른 과제 코드도 사라지고, 사본이 backups/에 남습니다.",
            f"{task.function} can't be restored alone in {task.name}. Restore the whole file as it was handed out? Your code for "
            "its other tasks goes, too; a copy stays in backups/.",
        )
    return Words(
        f"{task.name}의 {function} 처음 상태로 되돌릴까요?",
        f"Restore {task.function} in {task.name} as it was handed out?",
    )


def restore(task: Task) -> tuple[bool, Text]:
    """Restore without asking. Returns whether it is done, and what to say."""
    text = _renewed(task)
    try:
        backup = _back_up(task.path)
        write(task.path, original_of(task.file) if text is None else text)
    except OSError as error:
        what = Words(
            f"{error.filename}: 쓸 수 없어 그대로 두었습니다. 폴더의 쓰기 권한을 확인하세요.",
            f"{error.filename} cannot be written, so nothing was changed. Check the folder's permissions.",
        )
        return False, show.words(what, style="bold red")
    for forgotten in TASKS if text is None else [task]:
        if forgotten.file == task.file:
            hints.forget(forgotten)
    line = source.own_lines(task).get("line", 1)
    said = Text(f"{Words('되돌렸습니다', 'restored')}: {task.name}:{line}", style="green")
    if backup:
        said.append(f"\n{Words('이전 파일', 'your previous file')}: {source.shown(backup)}", style="default")
    return True, said


def _renewed(task: Task) -> str | None:
    """The file's text with this one function as it was handed out; None if the function can't be found."""
    try:
        return restored(task, task.path.read_bytes().decode("utf-8"), original_of(task.file))
    except (OSError, UnicodeDecodeError):
        return None


def original_of(file: str) -> str:
    """One of the four files as it was handed out."""
    if file not in FILES:
        raise KeyError(file)
    return (source.STUBS / f"{file.removesuffix('.py')}.txt").read_text(encoding="utf-8")


def restored(task: Task, text: str, original: str) -> str | None:
    """The file's text with this one function as in `original` and all else kept; None if none of its functions is there.

    In text that Python can't read, the function is cut out so that Python can read the rest, if that is possible.
    """
    end = "\r\n" if "\r\n" in text else "\n"
    [stub] = source.definitions(ast.parse(original), task)
    stub_text = "".join(line + end for line in original.splitlines()[_first(stub) : stub.end_lineno])
    lines = text.splitlines(keepends=True)
    try:
        ways = [[(_first(node), node.end_lineno) for node in source.definitions(ast.parse(text), task)]]
    except (SyntaxError, ValueError):
        ways = _by_text(lines, stub)
    if not ways[0]:
        place = _place(lines, task, original, stub.col_offset)
        if place is None:
            return None
        gap = end * (1 if stub.col_offset else 2)
        stub_text = f"{gap}{stub_text}" if place == len(lines) else f"{stub_text}{gap}"
        ways = [[(place, place)]]
    texts = []
    for spans in ways:
        changed = list(lines)
        for first, last in reversed(spans):  # of two with the same name, one stays
            changed[first:last] = [stub_text] if (first, last) == spans[0] else []
        texts.append("".join(changed))
    return next(filter(_is_python, texts), texts[0])


def _by_text(lines: list[str], stub: ast.FunctionDef) -> list[list[tuple[int, int]]]:
    """Where a function may be in text that Python can't read: up to any line that is indented no more, or the next def."""
    begins = re.compile(rf"([ \t]{'+' if stub.col_offset else '*'})def {stub.name}\b")
    starts = [(number, found[1]) for number, line in enumerate(lines) if (found := begins.match(line))]
    if not starts:
        return [[]]
    first, indent = starts[-1]
    out = f" {{0,{max(len(indent), stub.col_offset)}}}"
    ways = []
    for end in range(first + 1, len(lines) + 1):
        following = lines[end] if end < len(lines) else "@"
        if re.match(rf"{out}[^\s)\]}}]", following):
            blank = next(count for count in range(end) if lines[end - 1 - count].strip())
            ways.append([(first, end - blank)])
        if re.match(rf"{out}(def\b|class\b|@|# -)", following):
            break
    return ways


def _place(lines: list[str], task: Task, original: str, indent: int) -> int | None:
    """The index of the line before which a lost function belongs; None if the file's other functions are lost, too."""
    names = re.findall(rf"^ {{{indent}}}def (\w+)", original, re.MULTILINE)
    if not re.search(rf"^ {{{indent}}}def ({'|'.join(names)})\b", "".join(lines), re.MULTILINE):
        return None
    later = "|".join(names[names.index(task.function) + 1 :]) or "$"
    before = re.compile(rf" {{{indent}}}(def ({later})\b|# --- your work in this file ends)")
    places = [number for number, line in enumerate(lines) if before.match(line)]
    return places[0] if places else None if indent else len(lines)


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True


def write(path: Path, text: str) -> None:
    """Replace a file at once, so that an interruption leaves the old one. Raises OSError."""
    draft = path.with_name(f"{path.name}.new")
    draft.write_bytes(text.encode("utf-8"))
    os.replace(draft, path)


def _first(node: ast.FunctionDef) -> int:
    """The index of a definition's first line, including decorators."""
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]) - 1


def _back_up(path: Path) -> Path | None:
    """Copy a file to a name that no grader takes for a hand-in. Returns None if there is no file. Raises OSError."""
    if not path.is_file():
        return None
    BACKUPS.mkdir(exist_ok=True)
    when = datetime.now().strftime("%Y%m%d-%H%M%S-%f")
    return Path(shutil.copy2(path, BACKUPS / f"{path.stem}-{when}.py"))


def _agreed() -> bool:
    try:
        return input("[y/N] ").strip().lower() in {"y", "yes", "ㅛ", "예", "네"}
    except (EOFError, OSError):
        print()
        return False
    except UnicodeDecodeError:
        print(file=sys.stderr)
        return False
