"""Files that are generated from a source and committed: find those that have drifted, and write them again."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from autograder import kit


def drifted(wanted: Mapping[Path, str]) -> dict[Path, str]:
    """The ``wanted`` files that are missing or have another text, with the text that they should have."""
    return {
        file: text
        for file, text in wanted.items()
        if not file.exists() or file.read_text(encoding="utf-8") != text
    }


def main(module: str, about: str, wanted: Mapping[Path, str]) -> int:
    """``python -m MODULE``: write what has drifted. With ``--check``, only name it and return 1 if anything has."""
    parser = argparse.ArgumentParser(f"python -m {module}", description=about.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a file has drifted")
    check = parser.parse_args().check
    changes = drifted(wanted)
    for file, text in changes.items():
        if not check:
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
        print(f"{'drifted' if check else 'wrote'}: {file.relative_to(kit.ROOT)}")
    return 1 if check and changes else 0
