"""nbgrader's form for marks in a real browser: submissions are listed, an answer is marked, the total is right."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from autograder.release import lab
from tests.gradebook.course import Course
from tests.test_lab import secrets

SECONDS = 120  # for a page on a loaded machine
expect.set_options(timeout=1000 * SECONDS)
EXTENSION = "nbgrader.server_extensions.formgrader"


@dataclass(frozen=True)
class Served:
    """A course folder and the address of its form."""

    course: Course
    url: str


@pytest.fixture(scope="module")
def served(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A Jupyter server in a copy of the course, only for this test: its own home, a free port, no token."""
    own = Course(shutil.copytree(course.root, tmp_path_factory.mktemp("served") / "course"))
    home = tmp_path_factory.mktemp("home")
    server = {"jpserver_extensions": {EXTENSION: True}, "open_browser": False, "allow_root": True, "port": 0}
    server |= {"ip": "127.0.0.1", "root_dir": str(own.root)}
    (home / "jupyter_server_config.json").write_text(
        json.dumps({"ServerApp": server, "IdentityProvider": {"token": ""}})
    )
    places = {"HOME": home, "JUPYTER_CONFIG_DIR": home, "JUPYTER_RUNTIME_DIR": home / "runtime"}
    environment = {**os.environ, **{name: str(place) for name, place in places.items()}}
    with open(home / "log", "w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyter_server"], cwd=own.root, env=environment, stdout=log, stderr=log
        )
    try:
        yield Served(own, address(process, home))
    finally:
        process.terminate()
        process.wait()


def address(process: subprocess.Popen[bytes], home: Path) -> str:
    """The form's address, as soon as the server listens."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        for file in (home / "runtime").glob("jpserver-*.json"):
            return f"{json.loads(file.read_text())['url']}formgrader"
        time.sleep(0.2)
    raise AssertionError((home / "log").read_text())


@pytest.fixture
def page(served: Served) -> Iterator[Page]:
    """A page of Chromium, the system's if there is one, that fails the test if an answer opens a dialog."""
    acted: list[str] = []
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or playwright.chromium.executable_path
        if not Path(chromium).exists():
            pytest.skip("no Chromium here; get one with `playwright install chromium`")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        opened = browser.new_page()
        opened.set_default_timeout(1000 * SECONDS)
        opened.route(
            lambda url: not url.startswith(served.url.removesuffix("formgrader")), lambda it: it.abort()
        )
        opened.on("dialog", lambda dialog: (acted.append(dialog.message), dialog.dismiss()))
        yield opened
        browser.close()
    assert acted == []


def listed(page: Page, column: str, key: str) -> dict[str, str]:
    """A column of the page's table, keyed by another; hidden names are shown first."""
    page.wait_for_function("typeof models != 'undefined' && models.loaded")
    if key == "name":
        page.get_by_role("button", name="Show All Names").click()
    rows = page.locator("#main-table tr").all()
    return {
        str(row.locator(f".{key}").inner_text()): str(row.locator(f".{column}").inner_text()) for row in rows
    }


def test_every_submission_is_listed_with_its_points(served: Served, page: Page) -> None:
    page.goto(f"{served.url}/manage_submissions/ps1")
    students = [path.name for path in (served.course.root / "submitted").iterdir()]
    assert listed(page, "score", "student-id") == {
        student: f"{served.course.total(student):.10g} / 150" for student in students
    }
    statuses = listed(page, "status", "student-id")
    assert statuses["right"] == "needs manual grading" and statuses["broken"] == "graded"


def test_an_answer_is_marked_and_the_total_is_right(served: Served, page: Page) -> None:
    page.goto(f"{served.url}/gradebook/ps1/lab")
    listed(page, "score", "name")
    page.get_by_role("link", name="right", exact=True).click()
    answer = page.locator(".nbgrader_cell", has=page.locator("#theory-elbo"))
    expect(answer).to_contain_text("The ELBO is a lower bound on")
    for line in lab.questions()["theory-elbo"]["rubric"]:
        expect(page.get_by_role("main")).to_contain_text(line["en"])
    expect(page.locator("#kl_divergence")).to_have_attribute("placeholder", "12")
    with page.expect_response(lambda answer: "/api/grade/" in answer.url) as saved:
        page.locator("#theory-elbo").fill("6.5")
        page.locator("#theory-elbo").press("Tab")
    assert saved.value.ok
    with page.expect_response(lambda answer: "/api/comment/" in answer.url) as saved:
        answer.locator("textarea").fill("Say why.")
        answer.locator("textarea").press("Tab")
    assert saved.value.ok
    page.goto(f"{served.url}/gradebook/ps1/lab")
    assert listed(page, "score", "name")["right"] == "106.5 / 150"
    assert served.course.total("right") == 106.5


def test_a_student_is_autograded_from_the_page_and_keeps_the_mark(served: Served, page: Page) -> None:
    served.course.mark("noisy", {"theory-elbo": 5})
    page.goto(f"{served.url}/manage_submissions/ps1")
    listed(page, "score", "student-id")
    page.locator("#main-table tr", has_text="noisy").locator(".autograde a").click()
    expect(page.locator(".modal-body")).to_contain_text("Successfully autograded 'ps1' for student 'noisy'")
    assert served.course.total("noisy") == 105


def test_feedback_made_from_the_page_has_no_rubric(served: Served, page: Page) -> None:
    """The same process makes the rubric's page for markers and the feedback, which must not have it."""
    page.goto(f"{served.url}/manage_submissions/ps1")
    listed(page, "score", "student-id")
    page.locator("#main-table tr", has_text="right").first.locator(".generate-feedback a").click()
    expect(page.locator(".modal-body")).to_contain_text("Successfully generated feedback for 'ps1'")
    (made,) = (served.course.root / "feedback").glob("*/ps1/lab.html")
    text = made.read_text(encoding="utf-8")
    assert "The ELBO is a lower bound on" in text and not [each for each in secrets() if each in text]
