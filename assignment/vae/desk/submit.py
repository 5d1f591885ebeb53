"""The command `submit`: check the four files and pack them into one zip with the written answers. Given."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import re
import sys
import unicodedata
import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from vae.desk import examine, failure_in_text, handin
from vae.desk.failure import ERROR, Failure, say
from vae.desk.korean import with_particle
from vae.desk.tasks import FILES, HANDOUT, TASKS, VAE, Task, Words

MANIFEST = "manifest.json"
INTERRUPTED = 130
LONGEST_ID = 60  # a file name may have 255 bytes, and a Hangul character has three
QUESTIONS = 8  # written questions, answered in the lab's notebook or in the sheet
WRITTEN = ("lab.ipynb", "lab/lab*.ipynb", "lab/theory*.md")
UNWRITTEN = re.compile(r"^\*(답을 여기에 쓰세요\.|Write your answer here\.)[^*]*\*\s*$", re.MULTILINE)
FORBIDDEN = set('\\/:*?"<>|')  # in a file name on Windows

ALSO = Words(
    "채점기는 다음도 봅니다: 다른 입력(배치 크기, latent_dim, 회색 픽셀, [-10, 10]의 log_var)에서 float32로 계산한 값과 기울기, 잡음의 분포, "
    "네 파일로 하는 짧은 학습 뒤의 손실, 부분마다 CPU 10초와 메모리 1.5 GB의 제한. 공개 검사를 모두 통과해도 만점이 보장되지는 않습니다.",
    "The grader also looks at: values and gradients in float32 for other inputs (batch size, latent_dim, grey pixels, log_var in "
    "[-10, 10]), the distribution of the noise, the loss after a short training run of all four files, and limits of 10 s of CPU "
    "and 1.5 GB of memory for each part. Passing all public checks does not guarantee full points.",
)


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the options of `submit`."""
    command.add_argument("--id", help=str(Words("학번이나 이름(한글 가능)", "your student number or name")))
    anyway = Words(
        "파일이 없거나 불러올 수 없어도 zip 만들기", "make it even if a file is missing or cannot be imported"
    )
    command.add_argument("--force", action="store_true", help=str(anyway))


def run(arguments: argparse.Namespace) -> int:
    """Make the zip in the current folder. Returns 1 if it was not made, 2 for an unusable ID, 130 if interrupted."""
    try:
        return _run(arguments.id, arguments.force)
    except KeyboardInterrupt:
        return say("\n중단했습니다. zip을 만들지 않았습니다.", "\nInterrupted. No zip was made.", INTERRUPTED)


def _run(student: str | None, force: bool) -> int:
    try:
        student = usable_id(
            input(f"{Words('학번 또는 이름', 'student number or name')}: ") if student is None else student
        )
    except (EOFError, UnicodeError):  # no input, or letters that the console's encoding does not have
        return say("\n--id 뒤에 학번이나 이름을 쓰세요.", "Give your student number or name with --id.", 2)
    except ValueError as error:
        return say(*error.args, status=2)
    print(Words("네 파일을 불러옵니다(10초쯤).", "Importing your four files, about 10 seconds."), flush=True)
    files, troubles = read(VAE)
    troubles.update(examine.imports(files))
    for name in FILES:
        size = f"{len(files[name]):,} B" if name in files else "-"
        print(f"  {'X' if name in troubles else 'O'} vae/{name:12} {size:>10}")
    for failure in troubles.values():
        print(f"\n{failure}", file=sys.stderr)
    if not files or (troubles and not force):
        return say(
            "\nzip을 만들지 않았습니다. X로 표시된 파일을 고치고 다시 실행하세요. 그대로 제출하려면 --force를 붙이세요(그 파일의 과제만 0점입니다).",
            "\nNo zip was made. Fix the files marked X and try again. To hand in as it is, add --force (only the tasks in "
            "those files score 0).",
        )
    red = examine.red_tasks()
    if red:
        say(
            f"참고: 공개 검사를 아직 통과하지 못한 과제가 있습니다: {', '.join(red)}. 이대로 제출해도 됩니다.",
            f"Note: the public checks of these tasks do not pass yet: {', '.join(red)}. You may still hand in.",
        )
    path = Path(f"submission-{student}.zip")
    answers = written(HANDOUT)
    try:
        write(path, files, answers, student, red)
        content, hashed = shown(path)
    except OSError as error:
        return say(
            f"{path}: 쓸 수 없습니다({error.strerror}). 다른 프로그램에서 열려 있나요?",
            f"{path}: cannot be written ({error.strerror}). Is it open in another program?",
        )
    print(f"\n{path.resolve()}")
    for name, size, sha256 in content:
        print(f"  {name:18} {size:>8,} B  sha256 {sha256[:16]}...")
    if not answers:
        say(
            "lab/에 서술형 문항의 답이 없어 zip에 넣지 않았습니다. 서술형 문항이 있는 수업이라면 노트북이나 답안지에 답을 쓰고 저장한 뒤 다시 실행하세요.",
            "No written answers were found in lab/, so none are in the zip. If your course asks for them, write them in the "
            "notebook or the answer sheet, save it, and try again.",
        )
    print(f"{Words('해시', 'hash')}: {hashed}")
    last = Words(
        "이 해시를 적어 두세요. 채점 결과의 digest와 같아야 합니다.\n이 zip을 제출하세요.",
        "Keep this hash: the digest in your result must be the same.\nHand in this zip.",
    )
    print(f"{last}\n\n{ALSO}")
    return 0


def usable_id(text: str) -> str:
    """The ID, cleaned for a file name. Raises ValueError with the reason in Korean and English."""
    text = " ".join(unicodedata.normalize("NFC", text).split())
    bad = sorted({letter for letter in text if letter in FORBIDDEN or unicodedata.category(letter)[0] == "C"})
    if bad:
        letters = " ".join(map(ascii, bad))
        raise ValueError(
            f"--id: 파일 이름에 쓸 수 없는 글자가 있습니다: {letters}",
            f"--id: these characters cannot be in a file name: {letters}",
        )
    if not 0 < len(text) <= LONGEST_ID:
        raise ValueError(
            f"--id: 1자에서 {LONGEST_ID}자까지 쓰세요.", f"--id: use 1 to {LONGEST_ID} characters."
        )
    return text


def read(folder: Path) -> tuple[dict[str, bytes], dict[str, Failure]]:
    """The files in a folder that the grader can use, and a failure for each of the four that it can't."""
    files, troubles = {}, {}
    for task in TASKS:
        try:
            content = (folder / task.file).read_bytes()
            handin.source(content)
            files[task.file] = content
        except OSError as error:
            troubles[task.file] = (
                troubles.get(task.file) or failure_in_text.problem(task) or _unusable(task, error.strerror)
            )
        except handin.Unusable as error:
            troubles[task.file] = _unusable(task, *error.args)
    return files, troubles


def written(folder: Path) -> dict[str, bytes]:
    """The notebooks and sheets of a hand-out that hold written answers. Prints how many each holds."""
    answers = {}
    for path in sorted(path for pattern in WRITTEN for path in folder.glob(pattern)):
        name = path.relative_to(folder).as_posix()
        try:
            content = path.read_bytes()
        except OSError as error:
            say(
                f"{name}: 읽을 수 없어 zip에 넣지 않았습니다({error.strerror}). 파일을 확인하고 다시 실행하세요.",
                f"{name}: cannot be read, so it is not in the zip ({error.strerror}). Fix the file and try again.",
            )
            continue
        count = QUESTIONS - len(UNWRITTEN.findall(_text(path, content)))
        if count > 0:
            answers[name] = content
            print(f"  O {name}: {Words('서술형 답안', 'written answers')} {count}/{QUESTIONS}")
    return answers


def _text(path: Path, content: bytes) -> str:
    """The text of a sheet or of a notebook's cells; "" if it is damaged, so that it is packed as it is."""
    try:
        text = content.decode("utf-8-sig")
        if path.suffix == ".ipynb":
            return "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
    except (ValueError, KeyError, TypeError):
        return ""
    return text


def _unusable(task: Task, korean: str, english: str | None = None) -> Failure:
    what = Words(
        f"채점기가 {with_particle(task.name, '을/를')} 읽을 수 없습니다.",
        f"The grader cannot read {task.name}.",
    )
    return Failure(ERROR, "", what, Words(korean, english or korean), file=task.name)


def write(
    path: Path, files: Mapping[str, bytes], answers: Mapping[str, bytes], student: str, red: list[str]
) -> None:
    """Write the zip and its manifest. An earlier zip of that name stays until the new one is complete."""
    packed_files = {**{f"vae/{name}": content for name, content in files.items()}, **answers}
    manifest = {
        "id": student,
        "made": datetime.now().astimezone().isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "digest": handin.digest({name: handin.source(content) for name, content in files.items()}),
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in packed_files.items()},
        "public_checks_not_passed": red,
    }
    unfinished = path.with_name(f"{path.name}.part")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in packed_files.items():
            packed.writestr(name, content)
        packed.writestr(MANIFEST, json.dumps(manifest, indent=2, ensure_ascii=False))
    os.replace(unfinished, path)


def shown(path: Path) -> tuple[list[tuple[str, int, str]], str]:
    """Name, size and SHA-256 of everything in the zip, and the digest of the four files, read back from the disk."""
    with zipfile.ZipFile(path) as packed:
        inside = {name: packed.read(name) for name in packed.namelist()}
    content = [(name, len(data), hashlib.sha256(data).hexdigest()) for name, data in inside.items()]
    files = {name: handin.source(inside[f"vae/{name}"]) for name in FILES if f"vae/{name}" in inside}
    return content, handin.digest(files)
