"""Where the hand-out, the solution and the bank lie: beside the engine in a checkout, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
ROOT = _PACKAGE / "kit" if (_PACKAGE / "kit").is_dir() else _PACKAGE.parent
HANDOUT = ROOT / "assignment"
SOLUTION = ROOT / "solution"
BANK = ROOT / "tests" / "bank"
RELEASE = ROOT / "release"
CHECKS = _PACKAGE / "checks"
