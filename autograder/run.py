"""What is the same for all submissions of a run, and what is drawn for it once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from autograder.homework import Homework

T = TypeVar("T")


@dataclass(frozen=True)
class Run:
    """One run's homework and choices; ``seed`` is secret from students.

    What is drawn for the run is kept in it, but not pickled: other processes draw the same again.
    """

    homework: Homework
    dataset: str
    data_root: Path | None
    device: str
    seed: int
    language: str
    kept: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def once(self, make: Callable[..., T], *arguments: Any) -> T:
        """``make(*arguments)``, made once for this run; a copy with other limits shares what was made."""
        if (make, arguments) not in self.kept:
            self.kept[make, arguments] = make(*arguments)
        made: T = self.kept[make, arguments]
        return made

    def student_seed(self, purpose: str) -> int:
        """The seed of a student's process. Student code can read it, so guessing the run's seed from it is made slow."""
        stretched = self.once(_stretched, self.seed, self.homework.package)
        return int.from_bytes(hashlib.sha256(stretched + purpose.encode()).digest()[:4], "big")

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "kept": {}}


def derived_seed(seed: int, purpose: str) -> int:
    """A seed for one purpose, which does not reveal the run's seed."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{purpose}".encode()).digest()[:4], "big")


def _stretched(seed: int, package: str) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", str(seed).encode(), f"{package} student".encode(), 500_000)
