"""The student's page: its words in both languages, its pictures; no student's text becomes markup, no secret is shown."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from autograder.homework import homework
from autograder.messages import Message, catalogue, words
from autograder.report import pages, student_page, write_reports
from autograder.results import OUTCOMES, STATUSES, Adjustment, Measured
from autograder.vae.checks import reference
from autograder.vae.pages import pictures
from tests import figures
from tests.pages import CURVE, MEASURED, MIXED, XSS, Page, check, evil, result, some_pictures

# --- points, checks and next steps -----------------------------------------------------------------------


def test_it_shows_score_parts_checks_and_notes() -> None:
    note = Message("intake.letter_case", {"path": "Model.py", "file": "model.py"})
    page = Page(student_page(result("kim", *MIXED, notes=(note,)), "en"))
    assert "22.5 / 100" in page.text and "12.5 / 22.5" in page.text and "Feedback: kim" in page.text
    for each in MIXED:
        assert each.title in page.text and each.message in page.text
    for word in ("passed", "failed", "not run", "error in the code", "crashed"):
        assert word in page.text
    assert "'Model.py' was graded as model.py" in page.text
    assert "4711" not in page.text, "a seed is never shown to students"


def test_next_steps_are_the_first_open_check_of_each_part_in_order_and_lead_to_it() -> None:
    html = student_page(result("kim", *reversed(MIXED[3:]), *MIXED[:3]), "en")
    steps = re.findall(r'<li><strong>.*?: <a href="#(.*?)">Title of (\w+)</a></strong>', html)
    assert [name for _, name in steps] == ["l1", "t2", "z1"]
    for place, name in steps:
        assert re.search(
            rf'<li class="\w+" id="{place}">\s*<div class="head"><span class="title">Title of {name}<', html
        )


def test_everything_passed_is_said() -> None:
    html = student_page(result("kim", *(check(part, part) for part in tuple(homework().parts))), "en")
    assert "nothing left to do" in html and 'class="steps"' not in html


@pytest.mark.parametrize("item", ["loss", "late"])
def test_where_points_were_set_by_hand_nothing_is_called_done(item: str) -> None:
    why = Message("adjust.override", {"reason": "copied"})
    html = student_page(
        result(
            "kim",
            *(check(part, part) for part in tuple(homework().parts)),
            adjustments=(Adjustment(item, 0, -5, why),),
        ),
        "en",
    )
    assert "nothing left to do" not in html and "더 할 일이 없습니다" not in html
    assert "set some points by hand" in html and "직접 정한 점수가 있습니다" in html and "copied" in html


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_status_and_outcome_has_words(status: str, language: str) -> None:
    checks = tuple(check(outcome, "loss", outcome) for outcome in OUTCOMES)
    for each in (result("kim", *checks, status=status), result("kim", status=status)):
        page = Page(student_page(each, language))
        words = catalogue(language)["messages"]
        assert words[f"report.status.{status}"] in page.text
        assert words[f"report.status_text.{status}"] in page.text
        assert all(words[f"report.outcome.{check.outcome}"] in page.text for check in each.checks)
        assert not page.open and page.all("html") == [{"lang": language}]


def test_a_failed_grading_shows_no_points_and_asks_nothing_of_the_student() -> None:
    page = Page(student_page(result("kim", *MIXED, status="failed"), "en"))
    assert "no score" in page.text and " / 100" not in page.text and "What to do next" not in page.text
    assert "not your fault" in page.text


def test_what_was_called_returned_and_expected_stands_apart() -> None:
    values = {"called": "kl_divergence(mu, log_var)", "returned": "1.5", "expected": "3"}
    found = check("kl_value", "loss", "failed", message_id="kl_divergence.value", values=values)
    html = student_page(result("kim", found, check("x", "loss", "failed", values={"called": "f()"})), "en")
    shown = re.findall(
        r"<dt>.*?<span class=\"w\" lang=\"en\">(.*?)</span>.*?</dt><dd><code>(.*?)</code></dd>", html
    )
    assert shown == [("Called", values["called"]), ("Returned", "1.5"), ("Expected", "3")]
    assert "<code>kl_divergence(mu, log_var)</code> returned <code>1.5</code>" in html


def test_what_a_catalogue_writes_in_backticks_is_code_and_what_a_student_writes_is_not() -> None:
    values = {"called": "f()", "kind": "ValueError", "text": "`x`", "file": "loss.py", "line": 3}
    found = check("kl_value", "loss", "error", message_id="check.raised", values=values)
    html = student_page(result("kim", replace(found, misconception="file-does-not-import")), "en")
    assert "<code>python -m vae check</code>" in html and "<code>python -c " in html
    assert "<code>ValueError: `x`</code>" in html and html.count("`") == 2 * html.count("`x`") > 0


def test_the_ring_shows_each_parts_share() -> None:
    page = Page(student_page(result("kim", *MIXED), "en"))
    arcs = [each for each in page.all("circle") if "stroke-dasharray" in each]
    whole = [float((each["stroke-dasharray"] or "").split()[0]) for each in arcs if each["class"] == "whole"]
    earned = [
        float((each["stroke-dasharray"] or "").split()[0]) for each in arcs if each["class"] == "earned"
    ]
    total = sum(each.max_points for each in MIXED)
    assert whole == pytest.approx([100 * points / total - 1.5 for points in (10, 20, 22.5, 10)], abs=0.01)
    assert earned == pytest.approx([whole[0], whole[2] * 12.5 / 22.5], abs=0.01)


# --- what functions compute --------------------------------------------------------------------------------


def measured_page(*measured: Measured) -> str:
    shown = [check(f"kl_{i}", "loss", "failed", misconception="kl-missing-half") for i in range(2)]
    return student_page(result("kim", *shown, measured=measured), "en")


def test_it_leads_with_what_functions_compute_in_both_languages() -> None:
    html = measured_page(*MEASURED)
    page = Page(html)
    order = ["What your functions compute", *(f"<h3><code>{name}" for name in ("kl_divergence", "reparam"))]
    places = [html.index(each) for each in (*order, ">Points<", "What to do next")]
    assert places == sorted(places) and html.count("<h3><code>kl_divergence") == 1
    for language in ("en", "ko"):
        start, *_ = words("measured.kl_formula", language).split("{yours}")
        assert f"{start}<math" in html
    assert "It returns <code>tensor (N, D)</code>; asked for is <code>scalar tensor</code>." in html
    assert "Its spread grows too slowly." in page.text and "recorded" not in page.text
    assert re.findall(r"<dt>.*?lang=\"en\">(.*?)</span>.*?</dt><dd><math", html) == [
        "Your function",
        "Asked for",
    ]


def test_a_misconception_is_explained_once_and_referred_to_from_then_on() -> None:
    html = measured_page(*MEASURED)
    known = catalogue("en")["misconceptions"]["kl-missing-half"]
    assert html.count(known["what"]) == 4 and html.count(known["why"]) == html.count(known["question"]) == 1
    assert html.index(known["why"]) < html.index("What to do next")
    assert html.count('<a href="#measured-1">') == 3 and html.count('id="measured-1"') == 1
    without = measured_page()
    assert "What your functions compute" not in without and '<a href="#check-2-1">' in without


def test_a_curve_is_drawn_beside_the_one_asked_for_and_told_in_words() -> None:
    html = measured_page(MEASURED[2])
    (curve,) = [svg for svg in Page(html).all("svg") if svg.get("class") == "curve"]
    assert "from -3 to 3, your function goes from 0 to 3.1" in (curve["aria-label"] or "")
    assert "-3에서 3까지" in (curve["aria-label"] or "")
    points = dict(re.findall(r'<polyline class="(.*?)" points="(.*?)"', html))
    assert {name: len(each.split()) for name, each in points.items()} == {"own": 4, "instructors": 4}
    assert html.count('class="key"') == 2 and "Horizontal axis" in html and "Vertical axis" in html


@pytest.mark.parametrize("yours", [[0, 1, 2, 1e9], [1e9] * 4, [0.5, None, "inf", 1.0], [3, 3, 3, 3]])
def test_a_curve_stays_in_its_picture(yours: list[object]) -> None:
    values = {"curve": {**CURVE, "yours": yours}}
    html = measured_page(replace(MEASURED[2], values=values))
    for points in re.findall(r'<polyline class="\w+" points="(.*?)"', html):
        numbers = [float(number) for number in re.split(r"[ ,]", points.strip())]
        assert len(numbers) >= 4 and all(0 <= number <= 420 for number in numbers)


@pytest.mark.parametrize(
    "curve",
    [None, [], "x", {}, {**CURVE, "yours": 3}, {**CURVE, "x": []}, {**CURVE, "asked": [1, None, None]}],
)
def test_what_is_no_curve_is_not_drawn(curve: object) -> None:
    html = measured_page(replace(MEASURED[2], values={"curve": curve}))
    assert "<polyline" not in html and "Its spread grows too slowly." in html


# --- two languages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_page_holds_both_languages_and_opens_in_the_one_asked_for(language: str) -> None:
    html = student_page(result("kim", *MIXED), language, some_pictures(), some_pictures())
    page = Page(html)
    for each in ("en", "ko"):
        words = catalogue(each)["messages"]
        for key in (
            "next_heading",
            "checks_heading",
            "likely_cause",
            "pictures.heading",
            "pictures.map_about",
        ):
            assert words[f"report.{key}"] in page.text
    switch = {radio["id"]: "checked" in radio for radio in page.all("input")}
    assert switch == {f"show-{each}": each == language for each in ("en", "ko")}
    spans = Counter(span["lang"] for span in page.all("span") if "lang" in span)
    assert spans["en"] == spans["ko"] > 50
    assert re.search(rf"<title>{catalogue(language)['messages']['report.student_title'].split('{')[0]}", html)


def test_words_that_are_alike_stand_there_once() -> None:
    html = student_page(result("kim", *MIXED), "ko")
    assert html.count("22.5 / 100") == 1


def test_records_that_the_catalogue_does_not_know_keep_their_words() -> None:
    known = check(
        "x", "loss", "failed", message_id="intake.missing", values={"file": "loss.py"}, message="recorded"
    )
    unknown = replace(known, id="y", message_id="no.such.message", message="recorded long ago")
    misfit = replace(known, id="z", values={}, message="recorded before that")
    text = Page(student_page(result("kim", known, unknown, misfit), "ko")).text
    assert "제출물에 loss.py" in text and "loss.py is missing from the submission" in text
    assert "recorded long ago" in text and "recorded before that" in text


def test_titles_come_from_the_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    titles = {"ko": {"titles": {"r1": "새 제목 <b>"}}, "en": {"titles": {}}}
    monkeypatch.setattr("autograder.report.student.catalogue", lambda language: titles[language])
    html = student_page(result("kim", *MIXED), "ko")
    assert "새 제목 &lt;b&gt;" in html and "Title of r1" in html and "Title of l1" in html


# --- pictures of misconceptions --------------------------------------------------------------------------


@pytest.mark.parametrize("name", figures.FIGURES)
def test_a_misconceptions_picture_stands_in_the_page_with_words(name: str) -> None:
    html = student_page(result("kim", check("x", "loss", "failed", misconception=name)), "ko")
    page = Page(html)
    kind, _ = figures.FIGURES[name]
    for language in ("en", "ko"):
        assert catalogue(language)["messages"][f"report.figure.{kind}"] in page.text
        assert catalogue(language)["misconceptions"][name]["why"] in page.text
    assert 'class="formula"><svg' in html and "currentColor" in html and not page.open
    assert self_contained(html)


def test_each_misconceptions_picture_is_committed_as_it_is_drawn() -> None:
    """The bytes differ between versions of matplotlib; the pictures' names, kinds and numbers of paths do not."""
    kinds = {name: kind for name, (kind, _) in figures.FIGURES.items()}
    assert {name: figure.kind for name, figure in pages.figures().items()} == kinds
    for name, figure in pages.figures().items():
        assert figure.svg.count("<path") == figures.draw(name).count("<path") > 10


def test_ids_are_unique_in_a_page_with_all_pictures_of_misconceptions() -> None:
    checks = [check(f"c{i}", "loss", "failed", misconception=name) for i, name in enumerate(figures.FIGURES)]
    html = student_page(result("kim", *checks), "en", some_pictures(), some_pictures())
    ids = Counter(re.findall(r'\sid="([^"]*)"', html))
    assert len(ids) > 100 and set(ids.values()) == {1}
    used = set(re.findall(r'(?:xlink:href="#|href="#|url\(#)([^")]*)', html))
    assert used <= set(ids)


def test_the_formulas_are_the_solutions() -> None:
    mean, log_var = torch.linspace(-2, 2, 9), torch.linspace(-3, 3, 9)
    ours = figures.kl(mean.double().numpy(), log_var.double().numpy())
    for index, value in enumerate(ours):
        pair = mean[index].reshape(1, 1), log_var[index].reshape(1, 1)
        assert float(reference.loss.kl_divergence(*pair)) == pytest.approx(value, abs=1e-5)
    p, x = torch.rand(2, 1, 784) * 0.9 + 0.05
    summed = figures.cross_entropy(p.double().numpy(), x.double().numpy()).sum()
    assert float(reference.loss.reconstruction_loss(p, x)) == pytest.approx(summed, rel=1e-5)
    z = np.linspace(-3, 3, 7)
    density = torch.distributions.Normal(0.5, 2.0).log_prob(torch.from_numpy(z)).exp().numpy()
    assert figures.normal(z, 0.5, 2.0) == pytest.approx(density)


# --- pictures of the model -------------------------------------------------------------------------------


def test_the_models_pictures_stand_beside_the_instructors() -> None:
    own, instructors = some_pictures(), some_pictures(losses=np.array([500, 300, 250, 240.5], np.float32))
    page = Page(student_page(result("kim", *MIXED), "en", own, instructors))
    alts = [image["alt"] or "" for image in page.all("img")]
    assert len(alts) == len(set(alts)) == 3 + 2 + 2 + 5
    assert all("/" in alt and re.search("[가-힣]", alt) and alt.isprintable() for alt in alts)
    assert all((image["src"] or "").startswith("data:image/png;base64,") for image in page.all("img"))
    assert "64 training steps on digits" in page.text
    assert "540.5, 400.2, 350.0, 330.0" in page.text and "500.0, 300.0, 250.0, 240.5" in page.text
    assert len(page.all("polyline")) == 2 and len([s for s in page.all("svg") if s["class"] == "map"]) == 2
    assert page.text.count("error 0.") >= 3


def test_without_the_instructors_there_is_only_the_students_own() -> None:
    for other in (None, some_pictures(dataset="mnist"), some_pictures(steps=9)):
        page = Page(student_page(result("kim", *MIXED), "en", some_pictures(), other))
        assert len(page.all("img")) == 2 + 1 + 1 + 4 and "nothing to compare with" in page.text


@pytest.mark.parametrize("losses", [[], [1e8] * 4, [5.0], [3.0, 3.0, 3.0]])
def test_any_finite_history_is_drawn_or_left_out(losses: list[float]) -> None:
    own = some_pictures(losses=np.array(losses, np.float32))
    html = student_page(result("kim", *MIXED), "en", own, None)
    points = re.findall(r'<polyline class="own" points="(.*?)"', html)
    assert [len(each.split()) for each in points] == [len(losses)] * bool(losses)
    assert all(0 <= float(number) <= 420 for each in points for number in re.split(r"[ ,]", each.strip()))


@pytest.mark.parametrize(
    "codes", [np.zeros((5, 2)), np.full((5, 2), 1e4), np.zeros((0, 2))], ids=["collapsed", "far", "none"]
)
def test_any_finite_codes_are_drawn(codes: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> None:
    own = some_pictures(codes=codes.astype(np.float32), labels=np.arange(len(codes), dtype=np.uint8))
    html = student_page(result("kim", *MIXED), "en", own, some_pictures())
    inside = [
        abs(float(number))
        for path in re.findall(r'class="d\d" d="(.*?)"', html)
        for number in re.findall(r"-?[\d.]+", path)
    ]
    assert max(inside) <= 100


def in_folder(out: Path, content: bytes | None, digest: str = "ab") -> str:
    """kim's page, with these bytes as the file of pictures."""
    ran = check("short_run", "training", message_id="short_run.passed", message="recorded")
    if content is not None:
        (out / "pictures").mkdir(parents=True)
        (out / "pictures/kim.safetensors").write_bytes(content)
    write_reports(out, [result("kim", ran, *MIXED, digest=digest)], "en")
    return (out / "feedback/kim.html").read_text(encoding="utf-8")


def test_pictures_are_read_from_the_folder_of_results(tmp_path: Path) -> None:
    content = some_pictures(digest="ab").to_bytes()
    assert len(content) < 100_000
    assert "<img" in in_folder(tmp_path / "a", content)
    assert "nothing to compare with" in in_folder(tmp_path / "b", content)


WHOLE = some_pictures(digest="ab").to_bytes()
DAMAGED = {
    "missing": None,
    "empty": b"",
    "cut off": WHOLE[:-1],
    "no header": WHOLE[8:],
    "longer": WHOLE + b"\0",
    "giant": WHOLE + bytes(pictures.MAX_BYTES),
    "another submission's": some_pictures(digest="cd").to_bytes(),
    "smaller images": some_pictures(digest="ab", samples=np.zeros((64, 27, 28), np.uint8)).to_bytes(),
    "fewer images": some_pictures(digest="ab", restored=np.zeros((9, 28, 28), np.uint8)).to_bytes(),
    "other numbers": some_pictures(digest="ab", originals=np.zeros((10, 28, 28), np.float32)).to_bytes(),
    "not finite": some_pictures(digest="ab", codes=np.full((300, 2), np.nan, np.float32)).to_bytes(),
    "labels for others": some_pictures(digest="ab", labels=np.zeros(9, np.uint8)).to_bytes(),
    "labels that are no digits": some_pictures(digest="ab", labels=np.full(300, 10, np.uint8)).to_bytes(),
    "steps in words": some_pictures(digest="ab", steps="<b>").to_bytes(),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED.keys())
def test_damaged_pictures_are_left_out_and_it_is_said(tmp_path: Path, content: bytes | None) -> None:
    html = in_folder(tmp_path, content)
    assert "<img" not in html and "missing or damaged on the grader" in html and "Title of r1" in html


def test_where_nothing_was_trained_no_pictures_are_missed(tmp_path: Path) -> None:
    assert "pictures of your model" not in student_page(result("kim", *MIXED), "en")


# --- safety and form -------------------------------------------------------------------------------------


def self_contained(html: str) -> bool:
    """Whether nothing in the page can run or be fetched. The content of data URIs is not checked."""
    page = Page(html)
    html = re.sub(r'"data:image/png;base64,[^"]*"', '""', html)
    fetched = {"src", "href", "xlink:href", "action", "srcset", "data", "poster", "background", "formaction"}
    for tag, attributes in page.tags:
        assert tag not in {"script", "link", "iframe", "object", "embed", "form", "base"}, tag
        for name, value in attributes.items():
            assert not name.startswith("on"), name
            assert name not in fetched or re.match(r"#|data:image/png;base64,", value or ""), (tag, name)
    return not re.search(r"https?:|//|@import|url\((?!#)", html)


@pytest.mark.parametrize("payload", XSS)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_what_students_wrote_never_becomes_markup(payload: str, language: str) -> None:
    # See write_reports. The last word chooses the Korean particle behind it, and is that of the other page.
    payload = payload.replace("\ud800", "?") + " plain"
    drawn = [some_pictures(dataset=text) for text in (payload, "plain")]
    pages = [
        Page(student_page(evil(text), language, each, each))
        for text, each in zip((payload, "plain"), drawn, strict=True)
    ]
    assert [(tag, list(found)) for tag, found in pages[0].tags] == [
        (tag, list(found)) for tag, found in pages[1].tags
    ]
    assert [found for _, found in pages[0].tags] == [found for _, found in pages[1].tags]
    assert pages[0].text.replace(payload, "plain") == pages[1].text
    assert pages[0].text.count(payload) > 30 and not pages[0].open


def test_a_name_of_10000_letters_and_right_to_left_text_stay_in_their_place() -> None:
    for name in ("x" * 10_000, "שלום" * 2500, "\u202e" + "a" * 300):
        page = Page(student_page(result(name, *MIXED), "en"))
        (heading,) = page.all("h1")
        assert heading == {"dir": "auto", "class": "long", "tabindex": "0"} and name in page.text


def test_a_page_with_everything_is_self_contained_and_well_formed() -> None:
    names = list(figures.FIGURES)[:5]
    checks = [check(f"c{i}", "loss", "failed", misconception=name) for i, name in enumerate(names)]
    graded = result("kim", *MIXED, *checks, measured=MEASURED)
    html = student_page(graded, "ko", some_pictures(), some_pictures())
    page = Page(html)
    assert self_contained(html) and not page.open
    policy = [meta["content"] for meta in page.all("meta") if "http-equiv" in meta]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'; img-src data:"]
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    assert all("alt" in image for image in page.all("img"))
    assert all(
        {"role", "aria-label"} <= set(svg) or svg.get("aria-hidden") == "true" for svg in page.all("svg")
    )
    assert len(html) < 600_000
