"""Change points after grading: first by the instructor's overrides, then by what lateness costs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta, timezone

from autograder.gradebook.overrides import Override
from autograder.homework import Homework
from autograder.intake.lms import PLAIN, Origin
from autograder.messages import Message
from autograder.moment import moment
from autograder.results import BY_HAND, LATE, Adjustment, Result, number


@dataclass(frozen=True)
class Adjuster:
    """Replaces the adjustments of a result. What was graded stays."""

    homework: Homework
    origins: Mapping[str, Origin] = field(default_factory=dict)
    overrides: Sequence[Override] = ()

    def __call__(self, result: Result) -> Result:
        own = {each.item: each for each in self.overrides if each.student == result.submission}
        plain = replace(result, adjustments=())
        if result.score is None:
            return plain
        graded: dict[str, float | None] = {check.id: check.points for check in result.checks}
        graded |= {part: plain.part_points(part) for part in self.homework.parts}
        set_by_hand = [
            Adjustment(item, points, each.points, Message(BY_HAND, {"reason": each.reason}))
            for item, each in own.items()
            if (points := graded.get(item)) is not None
        ]
        adjusted = replace(plain, adjustments=tuple(set_by_hand))
        cost = self._lateness(adjusted, own.get(LATE))
        return replace(adjusted, adjustments=(*set_by_hand, cost)) if cost else adjusted

    def _lateness(self, result: Result, override: Override | None) -> Adjustment | None:
        """What lateness costs: below 0, or 0 if it is only mentioned. None if in time and not overridden."""
        percent, why = lateness(self.origins.get(result.submission, PLAIN), self.homework)
        cost = round(-percent / 100 * (result.final or 0.0), 2) + 0.0  # no -0.0
        if override is not None:
            said = Message(BY_HAND, {"reason": override.reason})
            return Adjustment(LATE, cost, 0.0 - override.points, said)
        return Adjustment(LATE, 0.0, cost, why) if percent or why.values.get("days") else None


def lateness(origin: Origin, homework: Homework) -> tuple[float, Message]:
    """The percentage that a hand-in loses for being late, and the message that says why."""
    each, most = homework.late_percent_per_day, homework.late_percent_at_most
    due = moment(homework.late_due)
    if origin.submitted is None or due is None:
        percent = min(most, each) if origin.late else 0
        return percent, Message("adjust.late_mark", {"percent": number(percent)})
    submitted = origin.submitted if origin.submitted.tzinfo else origin.submitted.replace(tzinfo=due.tzinfo)
    # In UTC: within one time zone Python subtracts wall-clock times and ignores daylight saving time.
    behind = submitted.astimezone(timezone.utc) - due.astimezone(timezone.utc)
    behind -= timedelta(minutes=homework.late_grace_minutes)
    days = max(0, math.ceil(behind / timedelta(days=1)))
    percent = min(most, each * days)
    handed_in = f"{submitted.astimezone(due.tzinfo):%Y-%m-%d %H:%M}"
    values = {
        "percent": number(percent),
        "days": days,
        "submitted": handed_in,
        "due": f"{due:%Y-%m-%d %H:%M}",
    }
    return percent, Message("adjust.late", values)
