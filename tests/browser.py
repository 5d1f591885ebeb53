"""A real browser for the pages: Debian's Chromium, another one on this machine, or Playwright's own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = "no Chromium here: `apt-get install chromium`, or `python -m playwright install chromium`"


def executable() -> str | None:
    """The path of a Chromium, or None."""
    from playwright.sync_api import sync_playwright

    for name in NAMES:
        if found := shutil.which(name):
            return found
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield a browser. Raises FileNotFoundError, which says what to install, if there is none."""
    from playwright.sync_api import sync_playwright

    found = executable()
    if found is None:
        raise FileNotFoundError(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()
