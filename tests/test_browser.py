"""The pages in a real browser: every link, sort, filter and language; nothing leaves the page, nothing is run.

Skipped, with the reason, if there is no Chromium.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="Playwright is not installed: pip install -e '.[dev]'")

from axe_playwright_python.sync_playwright import Axe
from browser import MISSING, chromium, executable
from made_up import results, write_pictures
from playwright.sync_api import Browser, Error, Page

from autograder.files import safe_name
from autograder.messages import Message
from autograder.report import write_reports
from autograder.results import Check, Measured, Result
from tests.pages import CURVE

if executable() is None:
    pytest.skip(MISSING, allow_module_level=True)

SIZE = 24  # submissions
SIZES = {"phone": (390, 844), "laptop": (1280, 900)}
RUN = "window.executed = (window.executed || 0) + 1"
PAYLOADS = [
    f"<script>{RUN}</script>",
    f'"><img src=x onerror="{RUN}">',
    f"' onmouseover='{RUN}' autofocus onfocus='{RUN}",
    f"</style><script>{RUN}</script>",
    f"</title><svg onload='{RUN}'>",
    f"</script><script>{RUN}</script>",
    f"--><iframe srcdoc='<script>parent.{RUN}</script>'></iframe>",
    f"<details open ontoggle='{RUN}'>",
    f"<a href='javascript:{RUN}'>x</a>",
    f"javascript:{RUN}",
    f"<math><mtext></form><form><mglyph><style></math><img src onerror='{RUN}'>",
    "<base href='https://example.org/'>",
    "<meta http-equiv=refresh content='0;url=https://example.org/'>",
    "<link rel=stylesheet href=https://example.org/x.css>",
    "<form action=https://example.org><button>Submit",
    "{{ 7 * 7 }}{% include '/etc/passwd' %}",
    "%3Cscript%3E",
    "&lt;script&gt;&#60;",
    "../../../etc/passwd",
    "\u202e\u2066txt.exe\u2069 עברית العربية",
    "\0\x1b[31m\ud800",
    "x" * 10_000,
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of a made-up class, pictures included."""
    folder = tmp_path_factory.mktemp("class")
    made = results(SIZE)
    write_pictures(folder, made)
    write_reports(folder, made, "en")
    return folder


class Watched:
    """A page, and everything that happened to it and should not have."""

    def __init__(self, page: Page, folder: Path) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", lambda message: self.complaints.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (self.complaints.append("a dialog"), dialog.dismiss()))
        page.on("popup", lambda _: self.complaints.append("a window"))
        page.on("request", lambda request: self._asked(request.url, folder))

    def _asked(self, url: str, folder: Path) -> None:
        if not url.startswith((folder.as_uri() + "/", "data:")):
            self.complaints.append(f"request: {url}")


@pytest.fixture
def watched(browser: Browser, out: Path) -> Iterator[Page]:
    """The class page; whatever a test does there, the console stays empty and no request leaves its folder."""
    page = browser.new_page()
    watch = Watched(page, out)
    page.goto((out / "index.html").as_uri())
    yield page
    page.close()
    assert watch.complaints == []


def column(page: Page, index: int) -> list[str]:
    """The texts of one column, in the rows that are shown."""
    script = f"rows => rows.filter(row => !row.hidden).map(row => row.cells[{index}].innerText)"
    found: list[str] = page.locator("#table tbody tr").evaluate_all(script)
    return found


# --- what the page does ------------------------------------------------------------------------------------


def test_every_link_leads_to_a_page_that_is_there(watched: Page, out: Path) -> None:
    links = set(watched.locator("a").evaluate_all("links => links.map(link => link.href)"))
    inside = {link for link in links if "index.html#" in link}
    pages = links - inside
    assert len(pages) == SIZE and len(inside) == 6
    for link in inside:
        assert watched.locator(f"[id='{link.split('#')[1]}']").count() == 1
    for link in sorted(pages)[::12]:
        watched.goto(link)
        assert watched.locator("h1").count() == 1
    everything = {path.resolve().as_uri() for path in (out / "feedback").iterdir()}
    assert pages == everything


@pytest.mark.parametrize("index", range(8))
def test_every_column_sorts_both_ways(watched: Page, index: int) -> None:
    head = watched.locator("#table thead th").nth(index)

    def values() -> list[Any]:
        texts = column(watched, index)
        if index in (0, 2):
            return texts
        return [float(found[0]) if (found := re.findall(r"[\d.]+", text)) else None for text in texts]

    orders = []
    for _ in range(2):
        head.locator("button").click()
        orders.append((head.get_attribute("aria-sort"), values()))
    found = dict(orders)
    assert set(found) == {"ascending", "descending"}
    assert watched.locator("[aria-sort]").count() == 1
    if index in (0, 2):
        assert found["ascending"] == found["descending"][::-1] or index == 2
        assert len(set(found["ascending"])) > 1 and found["ascending"][0] != found["descending"][0]
    else:
        for direction, order in found.items():
            numbers = [value for value in order if value is not None]
            assert order[: len(numbers)] == numbers, "a cell without a number comes last"
            assert numbers == sorted(numbers, reverse=direction == "descending") and len(set(numbers)) > 5


def test_rows_can_be_filtered_by_name_status_and_mistake(watched: Page) -> None:
    def shown() -> int:
        assert watched.locator("#shown").inner_text() == str(len(column(watched, 0)))
        return len(column(watched, 0))

    everybody = shown()
    watched.fill("#filter-name", "KIM")
    assert 0 < shown() < everybody and all("kim" in name for name in column(watched, 0))
    watched.fill("#filter-name", "no such name")
    assert shown() == 0
    watched.fill("#filter-name", "")
    watched.select_option("#filter-status", "graded")
    assert 0 < shown() < everybody and set(column(watched, 2)) == {"Graded"}
    watched.select_option("#filter-status", "")
    options = watched.locator("#filter-shows option")
    for index in range(1, options.count()):
        row = watched.locator("#mistakes ~ .scroll tbody tr").nth(index - 1)
        watched.select_option("#filter-shows", index=index)
        names = row.locator(".who a").evaluate_all("links => links.map(link => link.textContent)")
        assert sorted(column(watched, 0)) == sorted(names) and shown() == len(names) > 0
        assert row.locator("td.n").inner_text() == str(len(names))


def test_the_other_language_and_back(watched: Page) -> None:
    def language() -> tuple[Any, ...]:
        svg = watched.locator("svg.chart title").first.evaluate("title => title.textContent")
        heading = watched.locator("h1").inner_text()
        option = watched.locator("#filter-status option").first.inner_text()
        return watched.locator("html").get_attribute("lang"), watched.title(), heading, option, svg

    english = language()
    assert english[0] == "en" and "Class results" in english[2]
    watched.get_by_label("한국어").check()
    korean = language()
    assert korean[0] == "ko" and "전체 채점 결과" in korean[2]
    assert all(re.search("[가-힣]", str(words)) for words in korean[1:])
    seen = watched.locator("main").inner_text()
    assert "Submissions" not in seen and "Graded" not in seen and "제출물" in seen
    watched.get_by_label("English").check()
    assert language() == english
    assert not re.search("[가-힣]", watched.locator("h2").all_inner_texts().__str__())


def test_pictures_are_loaded_when_they_come_into_view(watched: Page) -> None:
    image = watched.locator(".gallery img").last
    assert image.get_attribute("loading") == "lazy"
    assert watched.locator(".gallery img").count() == SIZE
    assert not image.evaluate("image => image.complete && image.naturalWidth > 0")
    image.scroll_into_view_if_needed()
    image.evaluate("image => image.decode()")
    assert image.evaluate("image => image.naturalWidth") == 112


def test_paper_gets_everything_unfolded_and_no_controls(watched: Page) -> None:
    watched.emulate_media(media="print")
    watched.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert watched.locator("details:not([open])").count() == 0
    assert not watched.locator("#filters").is_visible()
    watched.evaluate("dispatchEvent(new Event('afterprint'))")
    assert watched.locator("details[open]").count() == 0


def test_without_scripts_the_page_still_reads(browser: Browser, out: Path) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto((out / "index.html").as_uri())
    assert page.locator("#table tbody tr").count() == SIZE
    assert page.locator("h1").inner_text() == "Class results"
    assert not page.locator("#filters").is_visible()
    page.get_by_label("한국어").check()
    assert page.locator("h1").inner_text() == "반 전체 채점 결과"
    assert page.locator("svg.chart").count() == 7
    page.context.close()


# --- who can read it ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["class", "student"])
@pytest.mark.parametrize(
    ("size", "colours", "language"), [("laptop", "light", "en"), ("phone", "dark", "ko")]
)
def test_axe_finds_nothing(
    browser: Browser, out: Path, which: str, size: str, colours: Any, language: str
) -> None:
    width, height = SIZES[size]
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=colours)
    path = out / "index.html" if which == "class" else sorted((out / "feedback").iterdir())[3]
    page.goto(path.as_uri())
    if which == "class" and language == "ko":
        page.get_by_label("한국어").check()
    if which == "class":
        page.evaluate("dispatchEvent(new Event('beforeprint'))")  # with every table unfolded
    found = Axe().run(
        page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    )
    page.close()
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("which", ["class", "student"])
def test_a_phone_does_not_scroll_sideways(browser: Browser, out: Path, which: str) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 800})
    path = out / "index.html" if which == "class" else sorted((out / "feedback").iterdir())[0]
    page.goto(path.as_uri())
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.close()
    assert wide <= 360


# --- what students wrote -----------------------------------------------------------------------------------


def hostile(text: str) -> Result:
    """A result with the text in every field that a student's work may fill."""
    values = {"called": text, "text": text, "kind": text, "file": text, "line": text, "path": text}
    known = Check("kl_value", "loss", text, 0.0, 10.0, "error", text, "check.raised", values, text)
    unknown = replace(known, id=text, part=text, message_id=text)
    notes = (Message("intake.missing", {"file": text}), Message("intake.letter_case", values), Message(text))
    said = {"yours": text, "asked": text, "raised": text, "curve": {**CURVE, "along": text}}
    measured = (Measured(text, "measured.returns", said, text), Measured(text, text, said, text))
    made = Result(
        text, 0.0, 100.0, "graded", text, text, 1, 1.0, (known, unknown), notes, text, text, {text: text}
    )
    return replace(made, measured=measured)


def test_the_payloads_are_live(browser: Browser) -> None:
    """On a page that escapes nothing, most of the scripts run, so the next test can fail."""
    executed = 0
    for text in PAYLOADS:
        page = browser.new_page()
        page.set_content(f"<title>{text}</title><style>{text}</style><p title='{text}'>{text}")
        page.wait_for_timeout(20)
        try:
            executed += bool(page.evaluate("window.executed || 0"))
        except Error:  # it has taken the page elsewhere
            executed += 1
        page.close()
    assert executed >= 7


def test_no_payload_is_run_and_each_is_shown_as_text(browser: Browser, tmp_path: Path) -> None:
    made = [hostile(text) for text in PAYLOADS]
    write_pictures(tmp_path, [replace(each, submission=safe_name(each.submission, set())) for each in made])
    write_reports(tmp_path, made, "en")
    pages = [tmp_path / "index.html", *sorted((tmp_path / "feedback").iterdir())]
    assert len(pages) == 1 + len(PAYLOADS)
    executed, shown = 0, ""
    for path in pages:
        page = browser.new_page()
        watch = Watched(page, tmp_path)
        page.goto(path.as_uri())
        page.evaluate("[...document.querySelectorAll('details')].forEach(each => each.open = true)")
        for element in page.locator("a, summary, input").all()[:40]:
            element.dispatch_event("mouseover")
            element.dispatch_event("focus")
        executed += page.evaluate("window.executed || 0")
        assert watch.complaints == [], path.name
        assert page.url == path.as_uri()
        assert (
            page.locator("iframe, base, [onerror], [onload], [onfocus], [onmouseover], [ontoggle]").count()
            == 0
        )
        shown += page.evaluate("document.body.textContent")
        page.close()
    assert executed == 0
    for text in PAYLOADS:
        seen = text.replace("\0", "\u2400").replace("\x1b", "\u241b").replace("\ud800", "?")
        assert seen in shown


def test_a_thousand_results_make_a_page_below_two_megabytes(tmp_path: Path) -> None:
    from autograder.report import class_page

    made = results(1000)
    page = class_page(
        made,
        {each.submission: f"feedback/{each.submission}.html" for each in made},
        "ko",
        {each.submission: f"pictures/{each.submission}.png" for each in made},
    )
    assert len(page.encode()) < 2_000_000
