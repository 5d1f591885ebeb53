"""The homework in use, read from its homework.toml into one frozen record."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from autograder import kit
from autograder.messages import Message, Refusal
from autograder.moment import moment
from autograder.sandbox.seal import Limits

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

MOST = 1_000_000  # the largest number that any key may have
RANGES = {  # by the beginning of a key; all other numbers are at least 1
    "points": (0, MOST),
    "weight_": (0, MOST),
    "late_grace_minutes": (0, MOST),
    "late_percent_": (0, 100),
    "short_run_learning_rate": (0.0001, 1),
}
SHORT_RUN = "short_run_"
PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]*")


@dataclass(frozen=True)
class Part:
    """A part of the homework: the one student file that it grades, and its points."""

    file: str
    points: float

    @property
    def module(self) -> str:
        """The file's name as a module."""
        return self.file.removesuffix(".py")


@dataclass(frozen=True)
class Stub:
    """A function that students write: its part, and how the ids of its checks begin."""

    part: str
    checks: str


@dataclass(frozen=True)
class Homework:
    """Everything in homework.toml; see the comments there for units. ``parts`` and ``stubs`` keep their order.

    Keys with a default may be left out: not every homework trains on data or has a check of the whole.
    """

    name: str
    package: str
    handout: Path
    solution: Path
    bank: Path
    recipes: Path
    weight_code: float
    weight_written: float
    late_due: str
    late_grace_minutes: float
    late_percent_per_day: float
    late_percent_at_most: float
    cpu_seconds: int
    wall_seconds: float
    memory_mb: int
    processes: int
    open_files: int
    file_mb: int
    scratch_mb: int
    scratch_files: int
    output_mb: int
    parts: Mapping[str, Part]
    stubs: Mapping[str, Stub]
    datasets: tuple[str, ...] = ()
    whole: str = ""
    short_run_cpu_seconds: int = 0
    short_run_wall_seconds: float = 0
    short_run_images: int = 0
    short_run_batch_size: int = 0
    short_run_epochs: int = 0
    short_run_learning_rate: float = 0

    @property
    def files(self) -> tuple[str, ...]:
        """The files that students hand in, in the order of the parts."""
        return tuple(part.file for part in self.parts.values())

    @property
    def modules(self) -> tuple[str, ...]:
        """These files' names as modules."""
        return tuple(part.module for part in self.parts.values())

    @property
    def given(self) -> Path:
        """The package in the hand-out: the stubs, and the files that students are given."""
        return self.handout / self.package

    @property
    def given_files(self) -> list[Path]:
        """The Python files of the package that students are given and do not write."""
        return [path for path in self.given.glob("*.py") if path.name not in self.files]

    @property
    def solved(self) -> Path:
        """The package with the instructor's solution."""
        return self.solution / self.package

    @property
    def max_score(self) -> float:
        return sum(part.points for part in self.parts.values())

    def dataset(self, name: str) -> str:
        """The data set called ``name``, or the first one if ``name`` is empty; "" if the homework has none.

        Raises ValueError for an unknown name.
        """
        if name and name not in self.datasets:
            known = ", ".join(map(repr, self.datasets)) or "the data sets: this homework has none"
            raise ValueError(f"{name!r} is not one of {known}.")
        return name or next(iter(self.datasets), "")

    def points(self, part: str) -> float:
        return float(self.parts[part].points)

    def part_of(self, file: str) -> str:
        """The part that grades a student file."""
        return next(name for name, part in self.parts.items() if part.file == file)

    def file_of(self, stub: str) -> str:
        return self.parts[self.stubs[stub].part].file

    def stubs_in(self, part: str) -> list[str]:
        return [name for name, stub in self.stubs.items() if stub.part == part]

    def stub_of(self, check_id: str) -> str | None:
        """The stub that a check is about, from the beginning of its id; None for the check of the whole."""
        begins = {stub.checks: name for name, stub in self.stubs.items()}
        fitting = [begin for begin in begins if check_id.startswith(f"{begin}_")]
        return begins[max(fitting, key=len)] if fitting else None

    def limits(self, short_run: bool = False) -> Limits:
        """Resource limits of one student process."""
        return Limits(
            cpu_seconds=self.short_run_cpu_seconds if short_run and self.whole else self.cpu_seconds,
            memory_mb=self.memory_mb,
            processes=self.processes,
            open_files=self.open_files,
            file_mb=self.file_mb,
            scratch_mb=self.scratch_mb,
            scratch_files=self.scratch_files,
            output_mb=self.output_mb,
        )


def parse(text: str, root: Path) -> Homework:
    """The record in a TOML text, its folders below ``root``. Raises Refusal that names what is wrong with the text."""
    try:
        table = tomllib.loads(text)
    except ValueError as fault:
        raise _wrong("toml", fault=str(fault)[:300]) from None
    values = _checked(table, Homework)
    short_run = {field.name for field in fields(Homework) if field.name.startswith(SHORT_RUN)}
    if (values["whole"] or short_run & table.keys()) and (lacking := {"whole", *short_run} - table.keys()):
        raise _wrong("missing", keys=", ".join(sorted(lacking)))
    if values["weight_code"] + values["weight_written"] == 0:
        raise _wrong("weights")
    for name, stub in values["stubs"].items():
        if stub.part not in values["parts"]:
            raise _wrong(
                "part", key=f"stubs.{name}.part", value=json.dumps(stub.part, ensure_ascii=False)[:50]
            )
    for key in ("handout", "solution", "bank", "recipes"):
        values[key] = root / values[key]
    return Homework(**values)


def _checked(table: Mapping[str, object], record: type, at: str = "") -> dict[str, Any]:
    """The values for a record of this kind. Raises Refusal for a key that is missing or unknown, or does not fit."""
    known = {field.name: str(field.type) for field in fields(record)}
    defaults = {field.name: field.default for field in fields(record) if field.default is not MISSING}
    for what, keys in (
        ("unknown", table.keys() - known),
        ("missing", known.keys() - table - defaults.keys()),
    ):
        if keys:
            raise _wrong(what, keys=", ".join(sorted(f"{at}{key}" for key in keys)))
    given = {name: _value(f"{at}{name}", table[name], kind) for name, kind in known.items() if name in table}
    return {**defaults, **given}


def _value(key: str, value: object, kind: str) -> Any:
    """The value as a record holds it. Raises Refusal if it is of another kind or out of range."""
    shown = json.dumps(value, ensure_ascii=False, default=str)[:50]  # nearly as in the file
    if kind.startswith("Mapping"):
        record = Part if "Part" in kind else Stub
        if (
            not isinstance(value, dict)
            or not value
            or not all(isinstance(row, dict) for row in value.values())
        ):
            raise _wrong("table", key=key, value=shown)
        return {name: record(**_checked(row, record, f"{key}.{name}.")) for name, row in value.items()}
    if kind == "tuple[str, ...]":
        if not isinstance(value, list) or not value:
            raise _wrong("name", key=key, value=shown)
        return tuple(_value(key, each, "Path") for each in value)
    if key == "late_due":
        zone = getattr(moment(value), "tzinfo", None) if isinstance(value, str) else None
        if zone is None and value != "":
            raise _wrong("moment", key=key, value=shown)
        return value
    if kind in ("str", "Path"):
        if not (isinstance(value, str) and PLAIN_NAME.fullmatch(value)):
            raise _wrong("name", key=key, value=shown)
        return value
    begin = key.rpartition(".")[2]
    least, most = next((bounds for start, bounds in RANGES.items() if begin.startswith(start)), (1, MOST))
    of_kind = type(value) is int or (kind == "float" and type(value) is float)  # a bool is not a number here
    if not (of_kind and least <= value <= most):  # type: ignore[operator]
        whole = "whole" if kind == "int" else "number"
        raise _wrong(whole, key=key, value=shown, least=f"{least:g}", most=str(most))
    return value


def _wrong(what: str, **values: object) -> Refusal:
    return Refusal(Message(f"settings.{what}", {"path": str(kit.folder() / kit.NAME), **values}))


@cache
def homework() -> Homework:
    """The homework in use. Raises Refusal if its record is wrong."""
    try:
        text = (kit.folder() / kit.NAME).read_bytes().decode("utf-8", "replace")
    except OSError:  # the kit's own is damaged, or the environment names another folder
        raise _wrong("folder") from None
    return parse(text, kit.root())
