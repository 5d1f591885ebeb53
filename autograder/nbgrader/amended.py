"""Amends nbgrader itself as soon as this is imported.

nbgrader takes every name for a pattern, so it passes over a student called "kim [A]". It takes a time in KST for one
in UTC, and a time that it can't read ends the whole run. Its warnings bury what matters.
"""

from __future__ import annotations

import glob
import logging
import os
import warnings
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace

from nbgrader.converters import base
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SAWarning

from autograder.homework import homework
from autograder.intake.gather import TIMESTAMP, stamp
from autograder.messages import LANGUAGES, Message
from autograder.moment import moment

WITHOUT = "No notebooks were matched by '%s'"  # not logged: the kit adds one for such a student, and says so


def literal(pattern: str) -> list[str]:
    """The paths that a pattern matches. An existing path, or an existing folder at its beginning, is taken literally."""
    folder, name = os.path.split(pattern)
    if os.path.lexists(pattern):
        return [pattern]
    return glob.glob(os.path.join(glob.escape(folder), name) if os.path.isdir(folder) else pattern)


def existing_timestamp(self: CourseDirectory, folder: str) -> datetime | None:
    """When a hand-in came, in UTC and without a zone, as nbgrader has it. None if unknown, or unreadable: then it warns.

    A time without a zone is in the zone of the due date; without a due date it is in UTC, as nbgrader's own times are.
    """
    path = Path(folder, TIMESTAMP)
    if not path.exists():
        return None
    text = stamp(path.read_bytes()).strip()
    time, due = moment(text), moment(homework().late_due)
    if time is None:
        for language in LANGUAGES:
            self.log.warning(
                Message("intake.timestamp", {"path": str(path), "text": text[:60]}).text(language)
            )
        return None
    zone = time.tzinfo or (due.tzinfo if due else timezone.utc)
    return time.replace(tzinfo=zone).astimezone(timezone.utc).replace(tzinfo=None)


CourseDirectory.get_existing_timestamp = existing_timestamp
base.glob = SimpleNamespace(glob=literal)
logging.getLogger("AutogradeApp").addFilter(lambda record: record.msg != WITHOUT)
warnings.filterwarnings("ignore", category=SAWarning, module=r"nbgrader\.")
