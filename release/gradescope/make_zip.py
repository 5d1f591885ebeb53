"""Make the autograder zip for Gradescope: ``python release/gradescope/make_zip.py gradescope.zip [--checks hidden]``.

The same kit makes the same bytes. The zip holds the solution and the hidden checks: it is only for Gradescope, never
for students.
"""

from __future__ import annotations

import argparse
import io
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from autograder import kit
from autograder.files import write_atomically
from autograder.gradescope.page import VISIBILITIES

HERE = Path(__file__).resolve().parent
ENGINE = Path(kit.__file__).parent
SCRIPTS = ("setup.sh", "run_autograder")
FOLDERS = ("assignment", "solution", "release", "tests/bank")
FILES = ("pyproject.toml", "README.md", "LICENSE")  # what else pip needs to install the kit
MADE = {"__pycache__", "runs", "dist"}  # not the kit's own; nor is anything that begins with a dot
DATE = (1980, 1, 1, 0, 0, 0)


def make(out: Path, checks: str = "hidden") -> Path:
    """Write the zip and return its path. Raises OSError if it can't be written."""
    contents = {name: path.read_bytes() for name, path in members()}
    default = b"--checks hidden\n"
    assert default in contents["run_autograder"]
    contents["run_autograder"] = contents["run_autograder"].replace(default, f"--checks {checks}\n".encode())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in sorted(contents.items()):
            entry = zipfile.ZipInfo(name, DATE)
            entry.create_system = 3  # Unix, so that the mode below counts
            entry.external_attr = (0o100755 if name in SCRIPTS else 0o100644) << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED, 9)
    write_atomically(out, packed.getvalue())
    return out


def members() -> Iterator[tuple[str, Path]]:
    """Every file that goes in, by its name in the zip: both scripts, and in kit/ what a checkout has."""
    for script in SCRIPTS:
        yield script, HERE / script
    for file in FILES:
        yield f"kit/{file}", kit.ROOT / file
    yield from _below(ENGINE, "autograder")
    for folder in FOLDERS:
        yield from _below(kit.ROOT / folder, folder)


def _below(folder: Path, name: str) -> Iterator[tuple[str, Path]]:
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        own = not any(part in MADE or part.startswith(".") for part in parts)
        installed = folder == ENGINE and parts[0] == "kit"  # in a wheel the other folders are in the engine's
        if own and not installed and path.is_file():
            yield "/".join(("kit", name, *parts)), path


def main() -> int:
    """Returns 2 if the zip can't be made."""
    parser = argparse.ArgumentParser(
        description="Make the autograder zip for Gradescope. / Gradescope용 자동 채점 zip 만들기."
    )
    parser.add_argument("out", type=Path, help="zip to write / 만들 zip")
    parser.add_argument(
        "--checks",
        choices=VISIBILITIES,
        default="hidden",
        help="when students see the single checks / 학생이 검사 하나하나를 볼 수 있는 시점",
    )
    arguments = parser.parse_args()
    try:
        made = make(arguments.out, arguments.checks)
    except OSError as error:
        print(f"zip을 만들 수 없습니다: {error}\nThe zip can't be made: {error}", file=sys.stderr)
        return 2
    print(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
