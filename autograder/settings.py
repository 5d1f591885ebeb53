"""The assignment's settings, read from assignment.toml into one frozen record."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from autograder.intake.lms import moment
from autograder.messages import LANGUAGES, Message, Refusal, catalogue
from autograder.sandbox.seal import Limits

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILES = {"reparameterize": "model.py", "loss": "loss.py", "training": "training.py", "latent": "latent.py"}
PARTS = tuple(FILES)
PATH = Path(__file__).with_name("assignment.toml")
MOST = 1_000_000  # of anything
RANGES = {  # by how a key begins; whatever is in none of them begins at 1
    "points_": (0, MOST),
    "weight_": (0, MOST),
    "late_grace_minutes": (0, MOST),
    "late_percent_": (0, 100),
    "short_run_learning_rate": (0.0001, 1),
}


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
    """Settings from TOML text. Raises Refusal that names what is wrong and what is expected there."""
    try:
        table = tomllib.loads(text)
    except ValueError as fault:
        raise _wrong("toml", fault=str(fault)[:300]) from None
    known = {field.name: field.type for field in fields(Settings)}
    for what, keys in (("unknown", table.keys() - known), ("missing", known.keys() - table)):
        if keys:
            raise _wrong(what, keys=", ".join(sorted(keys)))
    for name, value in table.items():
        _check(name, value, str(known[name]))
    if table["weight_code"] + table["weight_written"] == 0:
        raise _wrong("weights")
    return Settings(**table)


def _check(name: str, value: object, kind: str) -> None:
    """Raises Refusal where the value is not of this kind, or out of its range."""
    shown = json.dumps(value, ensure_ascii=False, default=str)[:50]  # much as it stands in the file
    if kind == "str":
        zone = getattr(moment(value), "tzinfo", None) if isinstance(value, str) else None
        if zone is None and value != "":
            raise _wrong("moment", key=name, value=shown)
        return
    least, most = next((bounds for begin, bounds in RANGES.items() if name.startswith(begin)), (1, MOST))
    of_kind = type(value) is int or (kind == "float" and type(value) is float)  # a bool is no number here
    if not (of_kind and least <= value <= most):  # type: ignore[operator]
        whole = "whole" if kind == "int" else "number"
        raise _wrong(whole, key=name, value=shown, least=f"{least:g}", most=str(most))


def _check_points(made: Settings) -> None:
    """Raises Refusal where the parts are not worth what their checks are, or where a check has no title."""
    from autograder.fingerprint import listed_checks  # which needs the settings itself

    for part in PARTS:
        total = sum(check.points for check in listed_checks().values() if check.part == part)
        if made.points(part) != total:
            values = {"key": f"points_{part}", "value": f"{made.points(part):g}", "total": f"{total:g}"}
            raise _wrong("points", **values)
    for language in LANGUAGES:
        for check in listed_checks():
            if not catalogue(language)["titles"].get(check):
                raise _wrong("title", check=check, file=f"autograder/messages/{language}.toml")


def _wrong(what: str, **values: object) -> Refusal:
    return Refusal(Message(f"settings.{what}", {"path": str(PATH), **values}))


@cache
def settings() -> Settings:
    """The settings of this installation. Raises Refusal where they can't be used."""
    made = parse(PATH.read_bytes().decode("utf-8", "replace"))
    _check_points(made)
    return made
