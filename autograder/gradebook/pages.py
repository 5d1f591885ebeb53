"""Feedback pages in one zip, named as the LMS expects them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable

from autograder.gradebook.channels import Channel
from autograder.gradebook.roster import Handed
from autograder.intake.tree import is_zip

PAGE = "feedback.html"


def feedback_zip(channel: Channel, handed: Iterable[Handed]) -> tuple[bytes, list[str]]:
    """The bytes of the zip, equal for equal pages, and the names of submissions without a page."""
    pages: dict[str, bytes] = {}
    missing = []
    for each in handed:
        if each.page is not None and each.page.is_file():
            name, content = _named(channel, each, each.page.read_bytes())
            pages[name] = content
        else:
            missing.append(each.name)
    return _zip(pages), missing


def _named(channel: Channel, each: Handed, page: bytes) -> tuple[str, bytes]:
    """The page, under the name that tells the LMS whose it is.

    Canvas finds the student by the name of the downloaded file, and shows the page under the student's own name for
    that file. So what was a zip has to be a zip again, or it would not open.
    """
    if channel.name != each.lms:
        return f"{each.file}.html", page
    if channel.name == "canvas":
        return (each.upload, _zip({PAGE: page})) if is_zip(each.upload) else (f"{each.upload}.html", page)
    if channel.name == "moodle":
        return f"{each.upload}{PAGE}", page
    return f"{each.file}.html", page


def _zip(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in sorted(files.items()):
            file.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
