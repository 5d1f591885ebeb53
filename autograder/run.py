"""What is the same for all submissions of a run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from autograder.settings import Settings


@dataclass(frozen=True)
class Run:
    """One run's settings and choices; ``seed`` is secret from students."""

    settings: Settings
    dataset: str
    data_root: Path | None
    device: str
    seed: int
    language: str
