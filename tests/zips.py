"""Zips made in memory."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping


def zipped(
    files: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED, comment: bytes = b""
) -> bytes:
    """A zip of these files, by their names."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        for name, content in files.items():
            file.writestr(name, content)
        file.comment = comment
    return buffer.getvalue()
