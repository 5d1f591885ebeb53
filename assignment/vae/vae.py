"""Imported instead of the package if Python starts in this folder or runs one of its files; says where to go. Given."""

import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1]
sys.modules.pop("vae", None)  # this file, so that the package is found
sys.path.insert(0, str(FOLDER))
from vae.desk.language import text  # noqa: E402

for stream in (sys.stdout, sys.stderr):
    stream.reconfigure(errors="replace")
said = text(
    "vae 폴더 안의 파일은 직접 실행할 수 없습니다. 과제 폴더에서 다음을 실행하세요:",
    "The files in the folder vae cannot be run directly. Run this in the hand-out's folder:",
)
sys.exit(f"""{said}
    cd "{FOLDER}"
    python -m vae check""")
