"""The lecture's slides: the same deck in both languages, figures from the kit's own code, nothing fetched from outside."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import jupytext
import pytest
from matplotlib.figure import Figure

from autograder.homework import homework
from autograder.release import lab, slides

CELLS = jupytext.read(slides.source()).cells
BROWSER = next(filter(None, map(shutil.which, slides.BROWSERS)), None)
HANGUL = re.compile("[가-힣]")


def ids(language: str) -> list[str]:
    return [cell.metadata["id"] for cell in CELLS if cell.metadata.get("lang") == language]


@pytest.fixture(scope="module")
def figures() -> dict[str, Figure]:
    return slides.draw(CELLS)


def test_both_languages_have_the_same_slides_in_the_same_order() -> None:
    assert ids("ko") == ids("en")
    assert len(set(ids("ko"))) == len(ids("ko")) >= 20


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_table_of_the_homework_is_the_record(language: str) -> None:
    cell = next(c for c in CELLS if c.metadata["id"] == "homework" and c.metadata.get("lang") == language)
    rows = [
        [each.strip() for each in line.strip("|").split("|")]
        for line in cell.source.splitlines()
        if "| " in line
    ]
    record = homework()
    assert rows[1:-1] == [
        [
            f"`{record.package}/{part.file}`",
            ", ".join(f"`{stub}`" for stub in record.stubs_in(name)),
            f"{part.points:g}",
        ]
        for name, part in record.parts.items()
    ]
    assert rows[-1][2] == str(sum(map(lab.points, lab.questions().values())))


@pytest.mark.parametrize("slide", ids("ko"))
def test_both_languages_say_the_same_formulas_and_lists(slide: str) -> None:
    korean, english = (
        next(
            cell.source
            for cell in CELLS
            if (cell.metadata["id"], cell.metadata.get("lang")) == (slide, language)
        )
        for language in ("ko", "en")
    )
    assert HANGUL.search(korean) and not HANGUL.search(english)
    for pattern in (r"^- ", r"^\d\. ", r"^\|", r"arXiv:\S+"):
        assert len(re.findall(pattern, korean, re.MULTILINE)) == len(
            re.findall(pattern, english, re.MULTILINE)
        )
    displayed = [re.sub(r"\\text\{[^}]*\}|[가-힣]+|reconstruction", "", text) for text in (korean, english)]
    assert re.findall(r"\$\$(.+?)\$\$", displayed[0]) == re.findall(r"\$\$(.+?)\$\$", displayed[1])


def test_the_deck_covers_the_lecture_and_its_reading_list() -> None:
    deck = "".join(cell.source for cell in CELLS if cell.metadata.get("lang") == "en")
    for wanted in (
        "2013",
        "2014",
        "Doersch",
        "Higgins",
        "2019",
        "ELBO",
        "augmentation",
        "Compression",
        "Restoration",
    ):
        assert wanted in deck


def test_every_code_cell_draws_a_figure(figures: dict[str, Figure]) -> None:
    assert len(figures) == sum(cell.cell_type == "code" for cell in CELLS) >= 10
    assert all(isinstance(figure, Figure) for figure in figures.values())


@pytest.mark.parametrize("language", slides.LANGUAGES)
def test_a_page_is_whole_and_fetches_nothing(figures: dict[str, Figure], language: str) -> None:
    page = slides.page(language, slides.slides(language, figures))
    assert page.count("<section") == len(ids(language))
    assert page.count("<svg") == len(figures)
    assert "<merror" not in page and "$" not in re.sub("<script>.*</script>", "", page, flags=re.DOTALL)
    sources = re.findall(r"""(?:src|xlink:href|url)\s*[=(]\s*["']?([^"')\s]+)""", page)
    assert all(source.startswith(("data:", "#")) for source in sources)


@pytest.mark.skipif(BROWSER is None, reason="there is no Chromium here")
def test_the_pdf_has_a_page_for_each_slide(figures: dict[str, Figure], tmp_path: Path) -> None:
    html = tmp_path / "lecture.html"
    html.write_text(slides.page("ko", slides.slides("ko", figures)), encoding="utf-8")
    slides.to_pdf(html, str(BROWSER))
    pages = re.findall(rb"/Type\s*/Page\b", html.with_suffix(".pdf").read_bytes())
    assert len(pages) == len(ids("ko"))
