"""Files that are generated from a source and committed: which of them have drifted, and writing them anew."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from autograder import kit


def drifted(wanted: Mapping[Path, str]) -> dict[Path, str]:
    """Those of the ``wanted`` files that do not have their text, with that text."""
    return {
        file: text
        for file, text in wanted.items()
        if not file.exists() or file.read_text(encoding="utf-8") != text
    }


def main(module: str, about: str, wanted: Mapping[Path, str]) -> int:
    """``python -m MODULE``: write what has drifted; with ``--check`` only name it, and return 1 where anything has."""
    parser = argparse.ArgumentParser(f"python -m {module}", description=about.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a file has drifted")
    check = parser.parse_args().check
    changes = drifted(wanted)
    for file, text in changes.items():
        if not check:
            file.write_text(text, encoding="utf-8", newline="\n")
        print(f"{'drifted' if check else 'wrote'}: {file.relative_to(kit.ROOT)}")
    return 1 if check and changes else 0
