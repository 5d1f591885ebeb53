"""Parse a point in time, as learning management systems, programs and people write it."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

# 2026-04-03 23:59:00 KST, 2026-04-03T14:59:00Z, 2026-04-03 23:59 UTC+9, 2026. 4. 3. 오후 11:59:00, 2026/04/03 11:59 PM
MOMENT = re.compile(
    r"(?P<year>\d{4})(?:[-/.] ?|년 ?)(?P<month>\d\d?)(?:[-/.] ?|월 ?)(?P<day>\d\d?)[.일]?(?:T|\s+)(?P<before>오전|오후)?\s*"
    r"(?P<hour>\d\d?)(?::|시 ?)(?P<minute>\d\d)(?:분|:(?P<second>\d\d)(?:[.,]\d+)?)?\s*(?P<after>[AP]M\b)?\s*"
    r"\(?(?P<zone>(?:UTC|GMT)?[+-]\d\d?(?::?\d\d)?|[A-Z][\w/+-]*)?\)?",
    re.IGNORECASE,
)
FIELDS = ("year", "month", "day", "hour", "minute", "second")
HOURS = {"UTC": 0, "GMT": 0, "Z": 0, "KST": 9, "JST": 9, "CET": 1, "CEST": 2, "EST": -5, "EDT": -4}
HOURS |= {"CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}  # as in RFC 822


def moment(text: str) -> datetime | None:
    """Parse a time as nbgrader, Windows and people write it; None for anything else. Naive if no zone is written."""
    match = MOMENT.fullmatch(text.strip())
    if not match:
        return None
    year, month, day, hour, minute, second = (int(match[part] or 0) for part in FIELDS)
    half = (match["before"] or match["after"] or "").upper()
    if half:
        hour = hour % 12 + 12 * (half in ("오후", "PM")) if 1 <= hour <= 12 else 99
    end = (hour, minute, second) == (24, 0, 0)  # the end of the day
    with suppress(ValueError, LookupError, OSError, OverflowError):
        naive = datetime(year, month, day, 0 if end else hour, minute, second) + timedelta(days=end)
        return naive.replace(tzinfo=_zone(match["zone"])) if match["zone"] else naive
    return None


def _zone(text: str) -> tzinfo:
    """The zone with this offset, abbreviation or city. Raises ValueError or LookupError."""
    if text.upper() in HOURS:
        return timezone(timedelta(hours=HOURS[text.upper()]))
    offset = re.fullmatch(r"(?:UTC|GMT)?([+-])(\d\d?):?(\d\d)?", text, re.IGNORECASE)
    if not offset:
        return ZoneInfo(text)
    ahead = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
    return timezone(-ahead if offset[1] == "-" else ahead)
