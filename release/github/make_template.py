"""Make a GitHub template repository: `autograder release github`.

It has the unpacked hand-out and the files of template/, among them a workflow that runs the public checks on every push.
"""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path

TEMPLATE = Path(__file__).parent / "template"


def make(out: Path, handout_zip: Path) -> Path:
    """Fill the folder ``out`` with the repository's files and return ``out``; ``handout_zip`` is the students' zip."""
    with zipfile.ZipFile(handout_zip) as packed:
        files = [member for member in packed.infolist() if not member.is_dir()]
        around = os.path.commonpath([os.path.dirname(member.filename) for member in files])
        for member in files:
            path = out / os.path.relpath(member.filename, around or ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(packed.read(member))
    shutil.copytree(TEMPLATE, out, dirs_exist_ok=True)
    return out
