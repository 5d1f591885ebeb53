"""What a course folder knows about its students beside their files: whose uploads they were, and when they were due."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory

from autograder.files import write_atomically
from autograder.intake.lms import Origin


def remember(course: CourseDirectory, origins: Mapping[str, Origin]) -> None:
    """Note what the LMS said about those who were collected, so that their grades find their way back."""
    known = {**collected(course), **origins}
    record = {name: {**asdict(origin), "submitted": None} for name, origin in sorted(known.items())}
    write_atomically(_notes(course), json.dumps(record, ensure_ascii=False, indent=1).encode())


def collected(course: CourseDirectory) -> dict[str, Origin]:
    """What was noted, by student. A damaged note counts as empty."""
    with suppress(OSError, ValueError, TypeError, AttributeError, KeyError):
        record = json.loads(_notes(course).read_text(encoding="utf-8"))
        return {name: Origin(**{**each, "ids": tuple(each["ids"])}) for name, each in record.items()}
    return {}


def due(course: CourseDirectory) -> datetime | None:
    """When the assignment is due according to the gradebook. No gradebook is made only to answer this."""
    if Path(course.db_url.removeprefix("sqlite:///")).exists():
        with Gradebook(course.db_url, course.course_id) as book, suppress(MissingEntry):
            noted = book.find_assignment(course.assignment_id).duedate
            return noted.replace(tzinfo=timezone.utc) if noted is not None else None
    return None


def _notes(course: CourseDirectory) -> Path:
    return Path(course.root, "downloaded", course.assignment_id, "collected.json")
