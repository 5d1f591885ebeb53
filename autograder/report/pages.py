"""What pages are drawn in, and what they have in common."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

ICONS = {"passed": "✓", "failed": "✗", "error": "!", "timeout": "⏱", "crashed": "☇", "not_run": "–"}


@cache
def environment() -> Environment:
    """What templates are drawn in: everything that is filled in is escaped."""
    loader = FileSystemLoader(Path(__file__).with_name("templates"))
    return Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
