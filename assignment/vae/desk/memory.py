"""What the desk remembers from one command to the next: the hints that were shown, the language. Given."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

MEMORY = Path(__file__).resolve().parents[2] / ".desk.json"


def recall() -> dict[str, Any]:
    """All that is remembered; nothing if the file is broken."""
    try:
        content = json.loads(MEMORY.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def keep(name: str, value: Any) -> None:
    """Remember one thing; in a folder that can't be written, nothing is."""
    with contextlib.suppress(OSError):
        MEMORY.write_text(json.dumps({**recall(), name: value}), encoding="utf-8")
