"""Make an nbgrader course folder: ``python release/nbgrader/make_course.py COURSE [--lang en|ko]``.

Into COURSE go nbgrader_config.py and source/ps1/: the lab notebook on top of the hand-out, with the package vae and
the public checks that the notebook runs. Other files that are there already are not touched.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HANDOUT = ROOT / "assignment"
ASSIGNMENT = "ps1"
NOT_COPIED = shutil.ignore_patterns("lab", "lecture", "README*", "runs", "__pycache__", ".*")


def make(course: Path, language: str) -> Path:
    """Write the course folder and return the notebook in it. Raises OSError if that fails."""
    notebook = course / "source" / ASSIGNMENT / "lab.ipynb"
    shutil.copytree(HANDOUT, notebook.parent, ignore=NOT_COPIED, dirs_exist_ok=True)
    shutil.copy(HANDOUT / "lab" / f"lab.{language}.ipynb", notebook)
    config = (Path(__file__).parent / "nbgrader_config.py").read_text(encoding="utf-8")
    config = config.replace('HandedIn.language = "ko"', f'HandedIn.language = "{language}"')
    (course / "nbgrader_config.py").write_text(config, encoding="utf-8")
    return notebook


def main() -> int:
    """Returns 2 if the course folder can't be made."""
    parser = argparse.ArgumentParser(
        description="Make an nbgrader course folder. / nbgrader 강좌 폴더 만들기."
    )
    parser.add_argument("course", type=Path, help="where to / 만들 폴더")
    parser.add_argument("--lang", choices=("en", "ko"), default="en", help="language / 언어")
    arguments = parser.parse_args()
    try:
        made = make(arguments.course, arguments.lang)
    except OSError as error:
        print(
            f"강좌 폴더를 만들 수 없습니다: {error}\nThe course folder can't be made: {error}",
            file=sys.stderr,
        )
        return 2
    print(f"{made}\ncd {arguments.course} && nbgrader generate_assignment {ASSIGNMENT}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
