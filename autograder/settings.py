"""The assignment's settings, read from assignment.toml into one frozen record."""

from __future__ import annotations

import sys
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from autograder.intake.lms import moment
from autograder.messages import Message, Refusal
from autograder.sandbox.seal import Limits

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILES = {"reparameterize": "model.py", "loss": "loss.py", "training": "training.py", "latent": "latent.py"}
PARTS = tuple(FILES)


@dataclass(frozen=True)
class Settings:
    """Everything in assignment.toml; see the comments there for units."""

    points_reparameterize: float
    points_loss: float
    points_training: float
    points_latent: float
    weight_code: float
    weight_written: float
    late_due: str
    late_grace_minutes: float
    late_percent_per_day: float
    late_percent_at_most: float
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
    """Settings from TOML text. Raises ValueError that names unknown and missing keys, or a value that is none."""
    table = tomllib.loads(text)
    known = {field.name for field in fields(Settings)}
    unknown, missing = sorted(table.keys() - known), sorted(known - table.keys())
    if unknown or missing:
        raise ValueError(f"assignment.toml: unknown keys {unknown}, missing keys {missing}")
    made = Settings(**table)
    if made.late_due and getattr(moment(str(made.late_due)), "tzinfo", None) is None:
        raise ValueError(f'assignment.toml: late_due {made.late_due!r} is not like "2026-04-03 23:59 +09:00"')
    if (
        not 0 <= made.late_percent_at_most <= 100
        or min(made.late_percent_per_day, made.late_grace_minutes) < 0
    ):
        raise ValueError("assignment.toml: late_ settings are percentages, and minutes, not below 0")
    return made


@cache
def settings() -> Settings:
    """The settings of this installation. Raises Refusal where they can't be used."""
    path = Path(__file__).with_name("assignment.toml")
    try:
        return parse(path.read_text(encoding="utf-8"))
    except (ValueError, TypeError) as fault:
        raise Refusal(Message("cli.settings", {"path": str(path), "fault": str(fault)[:300]})) from None
