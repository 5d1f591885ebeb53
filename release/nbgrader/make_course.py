"""Make an nbgrader course folder: ``python release/nbgrader/make_course.py COURSE [--lang ko|en]``.

Into COURSE go nbgrader_config.py and source/ps1/ with the lab notebook, the package vae as students get it and the
public checks that the notebook runs. What lies there already is not touched, apart from these files.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LAB = ROOT / "assignment" / "lab"
ASSIGNMENT = "ps1"


def make(course: Path, language: str, lab: Path = LAB) -> Path:
    """Write the course folder and return the notebook in it. Raises FileNotFoundError where there is no notebook."""
    source = course / "source" / ASSIGNMENT
    notebook = lab_notebook(lab, language)
    rubbish = shutil.ignore_patterns("__pycache__", ".*")
    for folder in ("vae", "checks"):
        shutil.copytree(ROOT / "assignment" / folder, source / folder, ignore=rubbish, dirs_exist_ok=True)
    for file in ("pytest.ini", "requirements.txt"):
        shutil.copy(ROOT / "assignment" / file, source / file)
    shutil.copy(notebook, source / "lab.ipynb")
    config = (Path(__file__).parent / "nbgrader_config.py").read_text(encoding="utf-8")
    config = config.replace('HandedIn.language = "ko"', f'HandedIn.language = "{language}"')
    (course / "nbgrader_config.py").write_text(config, encoding="utf-8")
    return source / "lab.ipynb"


def lab_notebook(lab: Path, language: str) -> Path:
    """The notebook in this language, else the only one. Raises FileNotFoundError."""
    found = sorted(lab.rglob("*.ipynb"))
    fitting = [path for path in found if language in (*path.stem.split("."), path.parent.name)] or found
    if len(fitting) != 1:
        raise FileNotFoundError(f"{lab}: {len(fitting)} notebooks for {language!r}")
    return fitting[0]


def main() -> int:
    """Returns 2 where the course folder can't be made."""
    parser = argparse.ArgumentParser(
        description="Make an nbgrader course folder. / nbgrader 강좌 폴더 만들기."
    )
    parser.add_argument("course", type=Path, help="where to / 만들 폴더")
    parser.add_argument("--lang", choices=("ko", "en"), default="ko", help="language / 언어")
    parser.add_argument("--lab", type=Path, default=LAB, help="folder of the notebooks / 노트북 폴더")
    arguments = parser.parse_args()
    try:
        made = make(arguments.course, arguments.lang, arguments.lab)
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
