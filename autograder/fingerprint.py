"""What decides points: the worth of each check, and one hash of the kit's own files and settings."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from functools import cache

from autograder import kit
from autograder.checks.listed import listed_checks
from autograder.homework import homework

NO_POINTS = ("weight_", "late_")  # settings that apply after the checks have given their points
ELSEWHERE = ("name", "handout", "solution", "bank", "recipes")  # where things are


def max_points(item: str) -> float | None:
    """What a check or a whole part is worth; None if ``item`` is neither."""
    if item in homework().parts:
        return homework().points(item)
    check = listed_checks().get(item)
    return check.points if check else None


@cache
def fingerprint() -> str:
    """A hash of everything that decides points: a submission graded with another one is graded again."""
    files = [path for path in (kit.folder() / "checks").iterdir() if path.suffix in (".py", ".json")]
    files.append(kit.ENGINE / "run.py")  # how a run's seeds are derived
    for folder in (kit.ENGINE / "checks", kit.ENGINE / "sandbox", kit.folder() / "probes"):
        files += folder.rglob("*.py")
    files += [*homework().solved.glob("*.py"), *homework().given_files]
    pieces = sorted(path.name.encode() + b"\0" + path.read_bytes() for path in files)  # wherever they are
    rules = {
        name: value
        for name, value in asdict(homework()).items()
        if name not in ELSEWHERE and not name.startswith(NO_POINTS)
    }
    return _hash([*pieces, json.dumps(rules, sort_keys=True).encode()])


def _hash(pieces: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(len(piece).to_bytes(8, "big") + piece)
    return digest.hexdigest()[:16]
