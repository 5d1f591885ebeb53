# Generated from the grader's readings: a change here would be overwritten.
"""What is the same for all submissions of a run, and what is drawn for it once."""

from __future__ import annotations

import hashlib


def derived_seed(seed: int, purpose: str) -> int:
    """A seed for one purpose, which does not reveal the run's seed."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{purpose}".encode()).digest()[:4], "big")
