"""Reports: right numbers, both languages, and nothing that a student wrote ever becomes markup."""

from __future__ import annotations

import os
import re
import unicodedata
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest

from autograder.commands.summary import print_facts
from autograder.files import safe_name
from autograder.messages import Message, misconception
from autograder.report import class_page, write_reports
from autograder.report.facts import facts
from autograder.results import Adjustment, Measured, Result
from tests.pages import MIXED, RIGHT, XSS, Page, check, result


def opened(path: Path) -> Page:
    return Page(path.read_text(encoding="utf-8"))


# ---------------------------------------------------------------- safe_name


@pytest.mark.parametrize(
    "name", ["kim", "홍길동", "Kim Minji_12_assignsubmission_file", "a.b", "kim (2)", "-x", "é"]
)
def test_harmless_names_stay(name: str) -> None:
    assert safe_name(name, set()) == name


UNSAFE = ["", ".", "..", "...", " ", ".hidden", "../../etc/passwd", "a/b", "a\\b", "C:x", "a\0b", "a\nb"]
UNSAFE += ["con", "NUL", "Com1.txt", "LPT9", "aux.", "COM¹", "con .txt", "CONIN$", "kim.", "kim ", 'a*?<>|"']
UNSAFE += ["\u202ekim", "\ud800", "x" * 121, "김" * 41, "😀" * 31, "e\u0301" * 200, "a" * 119 + "é"]


@pytest.mark.parametrize("name", UNSAFE)
def test_other_names_are_made_safe(name: str) -> None:
    safe = safe_name(name, set())
    assert re.fullmatch(r".+-[0-9a-f]{8}", safe)
    assert len(safe.encode("utf-8")) <= 120
    assert safe == unicodedata.normalize("NFC", safe)
    assert (
        not set(safe) & set('/\\:*?"<>|\0\n\u202e') and not safe.startswith((".", " ")) and safe.isprintable()
    )
    assert not re.match(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])($|[. ])", safe)
    assert safe_name(name, set()) == safe


def test_safe_names_never_collide_in_any_case(tmp_path: Path) -> None:
    names = [
        "kim",
        "Kim",
        "KIM",
        "a/b",
        "a\\b",
        "a_b",
        "a:b",
        "kim",
        "x" * 200,
        "x" * 201,
        "é",
        "e\u0301",
        "ß",
        "ss",
    ]
    names.append(safe_name("a/b", set()))
    taken: set[str] = set()
    for name in sorted(names):
        taken.add(safe_name(name, taken))
    assert len({name.casefold() for name in taken}) == len(names)
    for name in taken:
        (tmp_path / f"{name}.html").write_bytes(b"")
    assert len(os.listdir(tmp_path)) == len(names)


# ---------------------------------------------------------------- class page


def test_class_page_lists_results_by_name_with_links() -> None:
    results = [result("lee", *MIXED), result("<kim>", *MIXED[:1]), result("choi", status="failed")]
    links = {"lee": "feedback/lee.html", "<kim>": "feedback/a b#1%.html", "choi": "feedback/choi.html"}
    page = Page(class_page(results, links, "en"))
    away = [link["href"] or "" for link in page.all("a") if not (link["href"] or "").startswith("#")]
    assert away[-3:] == ["feedback/a%20b%231%25.html", "feedback/choi.html", "feedback/lee.html"]
    assert set(away) == set(away[-3:])
    assert page.text.index("<kim>") < page.text.rindex("lee")
    assert "22.5 / 100" in page.text and "Submissions: 3" in page.text
    assert re.search(r"Mean평균: 16.2\s+Median중앙값: 16.2", page.text)


HAND, CLOCK = Message("adjust.override", {"reason": "x"}), Message("adjust.late_mark", {"percent": "10"})
ADJUSTED = {
    "late": ((Adjustment("late", 0.0, -2.5, CLOCK),), ["late: -2.5"], ["지각: -2.5"]),
    "late without cost": ((Adjustment("late", 0.0, 0.0, CLOCK),), ["late"], ["지각"]),
    "by hand": ((Adjustment("loss", 0.0, 5.0, HAND),), ["set by hand"], ["직접 정함"]),
    "both": (
        (Adjustment("loss", 0.0, 5.0, HAND), Adjustment("late", 0.0, -1.0, CLOCK)),
        ["late: -1", "set by hand"],
        ["지각: -1", "직접 정함"],
    ),
    "as graded": ((), [], []),
}


@pytest.mark.parametrize(("changes", "english", "korean"), ADJUSTED.values(), ids=ADJUSTED.keys())
def test_a_row_says_why_its_score_is_not_the_sum_of_its_parts(
    changes: tuple[Adjustment, ...],
    english: list[str],
    korean: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    graded = result("kim", *MIXED, adjustments=changes)
    html = class_page([graded], {"kim": "k"}, "en")
    row = html[html.index('<tr data-status="graded"') :]
    cell = re.search(r'<td class="status">(.*?)</td>', row)
    assert cell is not None
    for language, words in (("en", english), ("ko", korean)):
        said = re.findall(rf'<span class="w" lang="{language}">(.*?)</span>', cell[1])
        assert said[1:] == words
        print_facts(facts([graded]), language)
        assert ", ".join(["graded", *words]) + "  " in capsys.readouterr().out


def test_a_grader_failure_is_loud_and_not_counted() -> None:
    html = class_page(
        [result("kim", *MIXED), result("lee", *MIXED, status="failed")], {"kim": "k", "lee": "l"}, "en"
    )
    assert 'role="alert"' in html and "Grade them again: lee" in html
    assert "1 / 1" in html and "/ 2</td>" not in html
    assert 'role="alert"' not in class_page([result("kim", *MIXED)], {"kim": "k"}, "en")


def test_pass_rates_hardest_first_and_misconceptions_by_frequency() -> None:
    def one(name: str, first: str, second: str, *misconceptions: str) -> Result:
        extra = [check(f"m{i}", "latent", misconception=each) for i, each in enumerate(misconceptions)]
        return result(name, check("easy", "loss", first), check("hard", "loss", second), *extra)

    results = [
        one("a", "passed", "failed", "rare", "often", "often"),
        one("b", "passed", "passed", "often"),
        one("c", "failed", "failed"),
        one("d", "passed", "timeout"),
    ]
    html = class_page(results, {each.submission: "x" for each in results}, "en")
    text = Page(html).text
    assert text.index("Title of hard") < text.index("Title of easy")
    assert re.search(r"Title of hard.*?1 / 4.*?25%.*?Title of easy.*?3 / 4.*?75%", text, re.DOTALL)
    assert re.search(r"often<.*<td class=\"n\">2<.*rare<.*<td class=\"n\">1<", html, re.DOTALL)


def said(yours: str) -> Measured:
    return Measured("kl_divergence", "measured.kl_formula", {"yours": yours, "asked": RIGHT}, "x")


def test_functions_that_compute_nearly_the_same_are_a_mistake_that_nobody_has_named() -> None:
    flipped = check("kl_value", "loss", "failed", misconception="kl-sign")
    results = [
        result("a", measured=(said("0.5*mu^2"),)),
        result("b", measured=(said("0.4998*mu^2"),)),
        result("c", measured=(said("0.25*mu^2"),)),
        result("d", flipped, measured=(said("-mu"),)),
        result("e", flipped),
        result("f", flipped, measured=(said("mu"),)),
    ]
    found = [
        (each.misconception, [one.statement.values["yours"] for one in each.shared], each.submissions)
        for each in facts(results).findings
    ]
    assert found == [
        ("kl-sign", ["-mu", "mu"], ["d", "e", "f"]),
        (None, ["0.5*mu^2"], ["a", "b"]),
        (None, ["0.25*mu^2"], ["c"]),
    ]


def test_what_functions_compute_stands_in_the_list_of_mistakes_and_in_its_filter() -> None:
    flipped = check("kl_value", "loss", "failed", misconception="kl-sign")
    graded = result("kim", flipped, measured=(said("0.5*mu^2"),))
    unnamed = result("lee", measured=(said("0.25*mu^2"),))
    html = class_page([graded, unnamed], {"kim": "k", "lee": "l"}, "en")
    assert html.count("<math") >= 8  # yours and asked, of two statements, in two languages
    (options,) = re.findall(r'<select id="filter-shows">.*?</select>', html, re.DOTALL)
    assert [found["data-en"] for found in Page(options).all("option")][1:] == [
        misconception("kl-sign", "en")["what"],
        f"kl_divergence: {said('0.25*mu^2').said('en')}",
    ]
    assert 'data-shows="0"' in html and 'data-shows="1"' in html


def test_an_empty_class_has_a_page_too() -> None:
    assert "Submissions: 0" in class_page([], {}, "en")


# ---------------------------------------------------------------- safety


@pytest.mark.parametrize("payload", XSS)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_what_students_wrote_never_becomes_markup(tmp_path: Path, payload: str, language: str) -> None:
    plain = "plain"

    def class_of(text: str) -> list[Result]:
        evil = check(
            "l1", "loss", "error", title=text, message=text, values={"file": text}, misconception=text
        )
        drawn = replace(evil, id="l2", message_id="intake.missing")
        note = Message("intake.link", {"path": text})
        return [
            result(
                text,
                evil,
                drawn,
                notes=(note, Message("unknown " + text)),
                isolation=text,
                dataset=text,
                measured=(
                    # Names that sort alike, whatever the text.
                    Measured(f"{text}f", "measured.returns", {"yours": text, "asked": text}, text),
                    Measured(f"{text}g", "unknown", {"yours": text, "asked": text}, text),
                ),
            )
        ]

    write_reports(tmp_path / "evil", class_of(payload), language)
    write_reports(tmp_path / "plain", class_of(plain), language)
    (feedback,) = (tmp_path / "evil/feedback").iterdir()
    for evil, harmless in (
        (opened(feedback), opened(tmp_path / "plain/feedback/plain.html")),
        (opened(tmp_path / "evil/index.html"), opened(tmp_path / "plain/index.html")),
    ):
        assert [(tag, set(attributes)) for tag, attributes in evil.tags] == [
            (tag, set(attributes)) for tag, attributes in harmless.tags
        ]
        assert not evil.open
        differing = {
            name
            for (_, attributes), (_, evil_attributes) in zip(harmless.tags, evil.tags, strict=True)
            for name in attributes
            if attributes[name] != evil_attributes[name]
        }
        assert differing <= {"href", "data-en", "data-ko"}, (
            "only links and words may hold what students wrote"
        )
        shown = payload.replace("\0", "\u2400").replace("\x1b", "\u241b").replace("\ud800", "?")
        assert shown in evil.text


def test_pages_are_self_contained(tmp_path: Path) -> None:
    write_reports(tmp_path, [result("kim", *MIXED)], "en")
    for path in (tmp_path / "index.html", tmp_path / "feedback/kim.html"):
        html = path.read_text(encoding="utf-8")
        page = opened(path)
        policy = [
            meta["content"]
            for meta in page.all("meta")
            if meta.get("http-equiv") == "Content-Security-Policy"
        ]
        assert len(policy) == 1 and (policy[0] or "").startswith(
            "default-src 'none'; style-src 'unsafe-inline'; "
        )
        assert not re.search(r"https?:|@import|<link|<img|<iframe| on\w+=", html)
        assert all(link.startswith("#") for link in re.findall(r"url\(([^)]*)", html))
        assert "prefers-color-scheme: dark" in html and "@media print" in html


def test_pages_are_accessible(tmp_path: Path) -> None:
    write_reports(tmp_path, [result("kim", *MIXED)], "ko")
    for path in (tmp_path / "index.html", tmp_path / "feedback/kim.html"):
        page = opened(path)
        assert page.all("html") == [{"lang": "ko"}] and len(page.all("h1")) == len(page.all("main")) == 1
        assert len(page.all("caption")) == len(page.all("table")) > 0
        assert all("scope" in header for header in page.all("th"))
        levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
        assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_write_reports_writes_one_page_each_and_links_lead_to_them(tmp_path: Path) -> None:
    names = ["kim", "Kim", "../../evil", "con", "한글 이름", "a%2fb#?", "x" * 300, "'\"<>&"]
    write_reports(tmp_path / "out", [result(name, *MIXED) for name in names], "ko")
    pages = set((tmp_path / "out/feedback").iterdir())
    every = [link["href"] or "" for link in opened(tmp_path / "out/index.html").all("a")]
    links = sorted({link for link in every if not link.startswith("#")})
    assert len(pages) == len(names) == len(set(links))
    assert {tmp_path / "out" / unquote(link) for link in links} == pages
    assert os.listdir(tmp_path) == ["out"] and sorted(os.listdir(tmp_path / "out")) == [
        "feedback",
        "index.html",
    ]


def test_reports_are_a_pure_function_of_the_results(tmp_path: Path) -> None:
    results = [result("kim", *MIXED), result("lee")]
    for folder, order in (("a", results), ("b", results[::-1])):
        write_reports(tmp_path / folder, order, "en")
    for name in ("index.html", "feedback/kim.html", "feedback/lee.html"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
