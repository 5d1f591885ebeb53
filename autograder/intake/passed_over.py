"""What in a download was not taken for a submission: kept in OUT, so that the class page can be drawn again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from autograder.messages import Message

NAME = "passed_over.json"


def write(out: Path, passed_over: Iterable[Message]) -> None:
    """Write the list, or remove it if there is nothing to list."""
    from autograder.files import write_atomically

    records = [asdict(each) for each in passed_over]
    if records:
        write_atomically(
            out / NAME, (json.dumps(records, ensure_ascii=False) + "\n").encode("utf-8", "replace")
        )
    else:
        (out / NAME).unlink(missing_ok=True)


def read(out: Path) -> list[Message]:
    """The list in OUT; empty if it is missing or damaged."""
    with suppress(OSError, ValueError, TypeError, LookupError, RecursionError):
        found = [Message(**each) for each in json.loads((out / NAME).read_text(encoding="utf-8"))]
        return [each for each in found if each.text("en")]
    return []
