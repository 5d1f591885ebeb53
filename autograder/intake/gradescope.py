"""Gradescope's "Download Submissions": folders ``submission_NUMBER``, and a list of who handed in what and when."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from autograder.intake.lms import Origin
from autograder.intake.tree import readable

METADATA = "submission_metadata.yml"
METADATA_BYTES = 50_000_000  # it may hold the results of every attempt


@dataclass(frozen=True)
class Record:
    """One submission of the export: its folder, a name for it, and the times of earlier attempts."""

    folder: str
    name: str
    origin: Origin
    earlier: tuple[str, ...]


def records(content: bytes) -> dict[str, Record]:
    """The submissions by folder. Raises ValueError if this is not such a list."""
    import yaml  # no other system's hand-ins need it

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        """Plain data only: what Ruby marks as an object becomes None."""

    Loader.add_multi_constructor("!", lambda *_: None)
    try:
        table = yaml.load(content, Loader)  # a safe loader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ValueError("no list of submissions") from error
    if not isinstance(table, dict):
        raise ValueError("no list of submissions")
    return {str(folder): _record(str(folder), entry) for folder, entry in table.items() if _fits(entry)}


def _fits(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get(":submitters"), list)


def _record(folder: str, entry: dict[str, Any]) -> Record:
    people = [
        [str(person.get(f":{key}") or "").strip() for key in ("name", "sid", "email")]
        for person in entry[":submitters"]
        if isinstance(person, dict)
    ]
    name = "+".join("_".join(part for part in (name, sid or email) if part) for name, sid, email in people)
    ids = tuple(id for _, *both in people for id in both if id)
    submitted = _time(entry.get(":created_at"))
    origin = Origin("gradescope", ids, folder, submitted=submitted)
    return Record(folder, readable(name) or folder, origin, tuple(_attempts(entry)))


def _attempts(entry: dict[str, Any]) -> Iterator[str]:
    for attempt in entry.get(":history") or ():
        if isinstance(attempt, dict) and (time := _time(attempt.get(":created_at"))):
            yield f"{time:%Y-%m-%d %H:%M %Z}"


def _time(value: Any) -> datetime | None:
    """The time in a value, in UTC if it has no zone; None if it is not a time that this Python can read.

    YAML parses the common form itself. Ruby's nanoseconds have too many digits for older Pythons.
    """
    if isinstance(value, str):
        with suppress(ValueError):
            value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=timezone.utc)
