"""The assignment's settings, read from assignment.toml into one frozen record."""

from __future__ import annotations

import sys
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from autograder.sandbox.seal import Limits

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PARTS = ("reparameterize", "loss", "training", "latent")
FILES = {"reparameterize": "model.py", "loss": "loss.py", "training": "training.py", "latent": "latent.py"}


@dataclass(frozen=True)
class Settings:
    """Everything in assignment.toml; see the comments there for units."""

    points_reparameterize: float
    points_loss: float
    points_training: float
    points_latent: float
    weight_code: float
    weight_written: float
    cpu_seconds: int
    wall_seconds: float
    short_run_cpu_seconds: int
    short_run_wall_seconds: float
    memory_mb: int
    processes: int
    open_files: int
    file_mb: int
    scratch_mb: int
    scratch_files: int
    output_mb: int
    short_run_images: int
    short_run_batch_size: int
    short_run_epochs: int
    short_run_learning_rate: float

    @property
    def max_score(self) -> float:
        return sum(self.points(part) for part in PARTS)

    def points(self, part: str) -> float:
        return float(getattr(self, f"points_{part}"))

    def limits(self, short_run: bool = False) -> Limits:
        """Resource limits of one student process."""
        return Limits(
            cpu_seconds=self.short_run_cpu_seconds if short_run else self.cpu_seconds,
            memory_mb=self.memory_mb,
            processes=self.processes,
            open_files=self.open_files,
            file_mb=self.file_mb,
            scratch_mb=self.scratch_mb,
            scratch_files=self.scratch_files,
            output_mb=self.output_mb,
        )


def parse(text: str) -> Settings:
    """Settings from TOML text. Raises ValueError that names unknown and missing keys."""
    table = tomllib.loads(text)
    known = {field.name for field in fields(Settings)}
    unknown, missing = sorted(table.keys() - known), sorted(known - table.keys())
    if unknown or missing:
        raise ValueError(f"assignment.toml: unknown keys {unknown}, missing keys {missing}")
    return Settings(**table)


@cache
def settings() -> Settings:
    """The settings of this installation."""
    return parse(Path(__file__).with_name("assignment.toml").read_text(encoding="utf-8"))
