"""Found instead of the package where Python was started in this folder, or ran one of its files. Given."""

import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1]
for stream in (sys.stdout, sys.stderr):
    stream.reconfigure(errors="replace")
sys.exit(
    f"""vae 폴더 안의 파일은 바로 실행하지 않습니다. 과제 폴더에서 실행하세요:
The files in the folder vae are not run by themselves. Run this in the hand-out's folder:
    cd "{FOLDER}"
    python -m vae check"""
)
