"""Make the lab notebooks for Colab: `autograder release colab`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

LAB = Path(__file__).resolve().parents[2] / "assignment" / "lab"
LANGUAGES = ("ko", "en")
ADDRESS = 'HANDOUT_URL = ""'


def make(out: Path, handout_zip: Path, handout_url: str = "") -> Path:
    """Fill the folder ``out`` with a notebook for each language and the hand-out's zip, and return ``out``.

    The notebooks' first cell fetches the hand-out from ``handout_url``; without one it asks for an upload.
    Raises ValueError unless a notebook has exactly one place for the address.
    """
    shutil.copyfile(handout_zip, out / handout_zip.name)
    for language in LANGUAGES:
        name = f"lab.{language}.ipynb"
        notebook = json.loads((LAB / name).read_text(encoding="utf-8"))
        cells = [cell for cell in notebook["cells"] if any(ADDRESS in line for line in cell["source"])]
        if len(cells) != 1:
            raise ValueError(f"{LAB / name}: {len(cells)} cells with {ADDRESS}, one is needed")
        cells[0]["source"] = [
            line.replace(ADDRESS, f"HANDOUT_URL = {json.dumps(handout_url)}") for line in cells[0]["source"]
        ]
        notebook["metadata"]["colab"] = {"name": f"VAE {name}", "provenance": []}
        text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True)
        (out / name).write_text(text + "\n", encoding="utf-8", newline="\n")
    return out
