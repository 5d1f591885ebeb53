"""What decides about points, told without running it: the list of hidden checks, and hashes of the kit's own files."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from autograder import kit
from autograder.settings import PARTS, settings

ENGINE = Path(__file__).parent
CHECKS = ENGINE / "checks"
SHARED = "shared"
NO_POINTS = ("weight_", "late_")  # settings that come after the points of the checks
SHORT_RUN = {"short_run", "band", "calibration"}  # beside its test file; it belongs to the part training


@dataclass(frozen=True)
class Listed:
    """A hidden check as its file declares it."""

    id: str
    part: str
    points: float


@cache
def listed_checks() -> Mapping[str, Listed]:
    """All hidden checks by id, in their order."""
    return {check.id: check for path in sorted(CHECKS.glob("test_*.py")) for check in _checks(path)}


def max_points(item: str) -> float | None:
    """What a check or a whole part is worth; None where it is neither."""
    if item in PARTS:
        return settings().points(item)
    check = listed_checks().get(item)
    return check.points if check else None


@cache
def fingerprint() -> str:
    """A hash of everything that decides about points: a result of another kit is graded anew."""
    return _hash(f"{key} {value}".encode() for key, value in fingerprints().items())


@cache
def fingerprints() -> Mapping[str, str]:
    """One hash for each part's own checks, and one of what all of them share."""
    files: dict[str, list[Path]] = {SHARED: [], **{part: [] for part in PARTS}}
    for path in sorted(CHECKS.iterdir()):
        if path.name.startswith("test_"):
            files[_part(path)].append(path)
        elif path.suffix in (".py", ".json"):
            files["training" if path.stem in SHORT_RUN else SHARED].append(path)
    files[SHARED] += sorted((ENGINE / "sandbox").rglob("*.py"))
    files[SHARED] += [*sorted((kit.SOLUTION / "vae").glob("*.py")), kit.HANDOUT / "vae" / "data.py"]
    rules = {name: value for name, value in asdict(settings()).items() if not name.startswith(NO_POINTS)}
    contents = {
        key: [path.name.encode() + b"\0" + path.read_bytes() for path in paths]
        for key, paths in files.items()
    }
    contents[SHARED].append(json.dumps(rules, sort_keys=True).encode())
    return {key: _hash(pieces) for key, pieces in contents.items()}


def _hash(pieces: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(len(piece).to_bytes(8, "big") + piece)
    return digest.hexdigest()[:16]


def _checks(path: Path) -> list[Listed]:
    part = _part(path)
    tests = [node for node in _parsed(path).body if isinstance(node, ast.FunctionDef)]
    return [
        Listed(node.name.removeprefix("test_"), part, float(ast.literal_eval(keyword.value)))
        for node in tests
        for mark in node.decorator_list
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.check"
        for keyword in mark.keywords
        if keyword.arg == "points"
    ]


def _part(path: Path) -> str:
    """The part that a file of checks is marked with."""
    return next(
        str(ast.literal_eval(node.value.args[0]))
        for node in _parsed(path).body
        if isinstance(node, ast.Assign)
        and ast.unparse(node.targets[0]) == "pytestmark"
        and isinstance(node.value, ast.Call)
    )


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))
