"""Make the zip that students get: ``python release/student/make_zip.py [OUT]``.

It holds assignment/ in one folder, without the lecture and what programs leave behind. The same files give the same
bytes: names are sorted, dates and modes fixed, nothing is compressed (compressors differ from one version to the next).
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HANDOUT = ROOT / "assignment"
FOLDER = "vae-assignment"
LEFT_OUT = {"lecture", "__pycache__", "runs", "backups", "build", "dist", "node_modules", "venv", "env"}
EDITOR = (".vscode", "tasks.json")  # the only hidden file that goes in: commands for an editor
KINDS = {".py", ".md", ".txt", ".ini", ".toml", ".ipynb", ".json", ".html"}


def contents(handout: Path = HANDOUT) -> dict[str, Path]:
    """The files that go into the zip, sorted by their names in it."""
    files = {}
    for path in handout.rglob("*"):
        parts = path.relative_to(handout).parts
        if path.is_symlink() or not path.is_file() or path.suffix not in KINDS:
            continue
        if parts == EDITOR or not any(part.startswith(".") or part in LEFT_OUT for part in parts):
            files["/".join((FOLDER, *parts))] = path
    return dict(sorted(files.items()))


def make(out: Path, handout: Path = HANDOUT) -> Path:
    """Write the hand-out's zip to `out`, or into the folder `out` if the name does not end in .zip. Returns its path.

    Raises OSError if the zip can't be written, or if there is no hand-out.
    """
    path = out if out.suffix == ".zip" else out / f"{FOLDER}.zip"
    files = contents(handout)
    if not files:
        raise FileNotFoundError(f"{handout}: no hand-out")
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.part")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_STORED) as packed:
        for name, source in files.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system = 3  # Unix modes, whatever system this runs on
            entry.external_attr = 0o100644 << 16
            packed.writestr(entry, source.read_bytes())
    unfinished.replace(path)
    return path


def main() -> int:
    """Returns 2 if the zip can't be made."""
    parser = argparse.ArgumentParser(description="Make the students' zip. / 학생용 zip 만들기.")
    parser.add_argument(
        "out", type=Path, nargs="?", default=ROOT / "release" / "dist", help="zip or folder / zip 또는 폴더"
    )
    try:
        path = make(parser.parse_args().out)
    except OSError as error:
        print(f"zip을 만들 수 없습니다: {error}\nThe zip can't be made: {error}", file=sys.stderr)
        return 2
    with zipfile.ZipFile(path) as packed:
        count = len(packed.namelist())
    print(f"{path}: {count} files, {path.stat().st_size:,} B")
    print(f"sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
