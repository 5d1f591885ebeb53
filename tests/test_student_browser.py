"""The student's page in a real browser: the language switch, what leaves the page, what is run, who can read it.

Skipped, with the reason, if there is no Chromium.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="Playwright is not installed: pip install -e '.[dev]'")

from axe_playwright_python.sync_playwright import Axe
from browser import MISSING, chromium, executable
from playwright.sync_api import Browser, Page

from autograder.report import write_reports
from autograder.results import Result
from tests import figures
from tests.pages import MEASURED, MIXED, XSS, check, evil, result, some_pictures

if executable() is None:
    pytest.skip(MISSING, allow_module_level=True)

STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Any]:
    """``page = show(result)``: the result's page. At the end nothing may have been fetched, run or complained about."""
    complaints: list[str] = []
    contexts = []

    def shown(of: Result, language: str = "ko", **how: Any) -> Page:
        (tmp_path / "pictures").mkdir(exist_ok=True)
        (tmp_path / "pictures/kim.safetensors").write_bytes(some_pictures().to_bytes())
        (tmp_path / "instructor.safetensors").write_bytes(some_pictures().to_bytes())
        for before in (tmp_path / "feedback").glob("*"):
            before.unlink()
        write_reports(tmp_path, [of], language)
        (path,) = (tmp_path / "feedback").iterdir()
        contexts.append(browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **how}))
        page: Page = contexts[-1].new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: (complaints.append("a dialog"), dialog.dismiss()))
        page.on("request", lambda each: asked(each.url, path.as_uri()))
        page.goto(path.as_uri())
        return page

    def asked(url: str, own: str) -> None:
        if url.partition("#")[0] != own and not url.startswith("data:"):
            complaints.append(url)

    yield shown
    for context in contexts:
        context.close()
    assert complaints == []


WHOLE = result(
    "kim",
    *MIXED,
    check("last", "latent", "failed", misconception=next(iter(figures.FIGURES))),
    check("short_run", "training", message_id="short_run.passed", message="recorded"),
    *(
        check(f"c{i}", "loss", "failed", misconception=name)
        for i, name in enumerate(list(figures.FIGURES)[::6])
    ),
    measured=MEASURED,
)


def words(page: Page) -> str:
    """All text that can be seen."""
    return page.locator("main").inner_text()


@pytest.mark.parametrize("script", [True, False], ids=["scripts", "no scripts"])
def test_the_other_language_and_back(show: Any, script: bool) -> None:
    page = show(WHOLE, java_script_enabled=script)
    korean = words(page)
    assert "내 모델이 그린 그림" in korean and "What your model draws" not in korean
    assert page.locator("img").count() == 12
    page.get_by_label("English").check()
    english = words(page)
    assert "What your model draws" in english
    assert re.findall("[가-힣]+", english) == ["한국어"], "the switch's own label"
    page.get_by_label("한국어").check()
    assert words(page) == korean
    assert len(korean) > 500 and len(english) > 500


def test_the_switch_can_be_used_with_the_keyboard(show: Any) -> None:
    page = show(WHOLE)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "show-ko"
    page.keyboard.press("ArrowRight")
    assert "What your model draws" in words(page)


def test_every_link_leads_to_a_place_in_the_page(show: Any) -> None:
    page = show(WHOLE)
    links = page.locator("a").all()
    assert len(links) == 4 + 3 + 1, "parts, next steps, and a misconception that was explained before"
    for link in links:
        target = link.get_attribute("href")
        assert target.startswith("#") and page.locator(f"[id='{target[1:]}']").count() == 1
        link.click()


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    show: Any, language: str, colours: str, width: int
) -> None:
    page = show(WHOLE, language, color_scheme=colours, viewport={"width": width, "height": 800})
    found = Axe().run(page, options={"runOnly": STANDARD})
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_paper_there_is_no_switch_and_ink_is_dark(show: Any) -> None:
    page = show(WHOLE, color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert not page.locator(".switch").is_visible()
    assert page.locator("body").evaluate("body => getComputedStyle(body).color") == "rgb(0, 0, 0)"
    assert page.locator("img").first.is_visible()


def test_no_payload_is_run(show: Any) -> None:
    for payload in XSS:
        text = payload.replace("alert(1)", "window.executed = 1")
        page = show(evil(text))
        for element in page.locator("a, input, h1").all():
            element.dispatch_event("mouseover")
            element.dispatch_event("focus")
        assert page.evaluate("window.executed") is None
        page.close()
