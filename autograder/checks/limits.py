"""Which limit of homework.toml student code ran into, as far as that is certain.

When the system refuses a request, student code sees an exception and may even go on. Only the exception's
text tells which limit it was. The student is shown the limit, but it decides no points, so forging it is harmless.
"""

from __future__ import annotations

import re
from typing import Any

from autograder.sandbox.seal import Limits

SIGNS = {
    "processes": r"can't start new thread|\[Errno 11\]",
    "open_files": r"\[Errno 24\]|Too many open files",
    "file": r"\[Errno 27\]",
    "scratch": r"\[Errno 28\]",
    "disk": r"inline_container|\d+ requested and \d+ written",  # torch.save, numpy.save: cut short by any limit
    "memory": r"^MemoryError|\[Errno 12\]|can't allocate memory|not enough memory|std::bad_alloc",
}
NUMBERS = {
    "processes": ("processes",),
    "open_files": ("open_files",),
    "file": ("file_mb",),
    "scratch": ("scratch_mb", "scratch_files"),
    "disk": ("file_mb", "scratch_mb", "scratch_files"),
    "memory": ("memory_mb",),
    "output": ("output_mb",),
}


def limit_met(kind: str, text: str) -> str | None:
    """The limit that an exception of this type and text points to, or None."""
    said = f"{kind}: {text}"
    return next((limit for limit, sign in SIGNS.items() if re.search(sign, said)), None)


def numbers(limit: str, limits: Limits) -> dict[str, Any]:
    """The values that a message about this limit names; empty if ``limit`` is not in NUMBERS."""
    return {name: getattr(limits, name) for name in NUMBERS.get(limit, ())}
