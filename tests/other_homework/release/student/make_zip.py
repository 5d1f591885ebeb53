"""Make the zip that students get: the hand-out in one folder. The same files give the same bytes."""

from __future__ import annotations

import zipfile
from pathlib import Path

HANDOUT = Path(__file__).resolve().parents[2] / "handout"
KINDS = {".py", ".md", ".ini"}


def make(out: Path) -> Path:
    """Write the hand-out's zip to ``out``."""
    with zipfile.ZipFile(out, "w") as packed:
        for path in sorted(HANDOUT.rglob("*")):
            if path.suffix in KINDS:
                name = f"{out.stem}/{path.relative_to(HANDOUT).as_posix()}"
                packed.writestr(zipfile.ZipInfo(name), path.read_bytes())
    return out
