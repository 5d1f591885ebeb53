"""SECURITY.md names only tests and bank entries that exist, and leaves none of the hostile bank out."""

from __future__ import annotations

import re
from pathlib import Path

from autograder.checks import bank
from autograder.homework import homework
from autograder.sandbox.seal import TIERS
from tests.test_defences import ALL, WATCHED

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`([a-z_]+--[\w-]+|test_\w+)`", PAGE))
ENTRIES = {entry.name for entry in bank.entries(homework().bank, "hostile")}


def test_everything_named_exists() -> None:
    tests = {
        name
        for path in ROOT.glob("tests/test_*.py")
        for name in re.findall(r"def (test_\w+)", path.read_text("utf-8"))
    }
    assert len(NAMED) > 50
    assert {name for name in NAMED if name.startswith("test_")} <= tests
    assert {name for name in NAMED if not name.startswith("test_")} <= ENTRIES


def test_every_hostile_entry_is_in_the_table() -> None:
    assert ENTRIES <= NAMED


def test_every_covered_line_names_its_proof_and_a_defence_that_is_switched_off() -> None:
    section = PAGE.partition("## Covered and not covered")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= 35
    for row in rows:
        _, _, *tiers, proof, without, _ = (cell.strip() for cell in row.split("|"))
        assert len(tiers) == 2
        assert "**no" in row or set(tiers) == {"yes"}, row
        if "**" not in row:
            assert NAMED & set(re.findall(r"`([^`]+)`", proof)), row
            switched_off = re.findall(r"`([^`]+)`", without)
            assert switched_off and set(switched_off) <= {*ALL, *WATCHED, *NAMED}, row


def test_every_defence_that_is_switched_off_stands_for_a_line() -> None:
    """Except those that only support others, or are one of several calls of a group."""
    named = set(re.findall(r"`([^`]+)`", PAGE))
    assert [name for name in WATCHED if name not in named] == []
    assert len([name for name in ALL if name in named]) >= 30


def test_every_tier_is_described() -> None:
    assert [tier for tier in TIERS if f"| `{tier}` |" not in PAGE] == []
