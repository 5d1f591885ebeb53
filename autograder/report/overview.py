"""The instructor's page, index.html: a class at a glance, in both languages. It needs no network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from autograder.homework import homework
from autograder.messages import LANGUAGES, Message, catalogue, misconception
from autograder.report.facts import Facts, Finding, Spread, facts, remarks
from autograder.report.pages import Words, environment, in_both
from autograder.report.statements import sentence
from autograder.results import Measured, Result, number

NAME_LETTERS = 80  # of a submission's name that this page shows


def class_page(
    results: Sequence[Result],
    links: Mapping[str, str],
    language: str,
    pictures: Mapping[str, str] | None = None,
    passed_over: Sequence[Message] = (),
) -> str:
    """The page for the instructor, as HTML; it opens in ``language``.

    ``links`` maps a submission to its feedback page, ``pictures`` to what its model drew; both are paths
    relative to the page. ``passed_over`` says what was not taken for a submission.
    """
    found = facts(results)
    return (
        environment()
        .get_template("class.html")
        .render(
            language=language,
            both=both,
            pair=pair,
            number=number,
            ungraded=", ".join(map(short, found.ungraded)),
            short=short,
            remarks={result.submission: list(map(_said, remarks(result))) for result in found.results},
            passed_over=list(map(_said, passed_over)),
            facts=found,
            parts=homework().parts,
            links={name: quote(link) for name, link in links.items()},
            pictures={name: quote(place) for name, place in (pictures or {}).items()},
            charts=_charts(found),
            mistakes=[_mistake(finding) for finding in found.findings],
            shows=_shows(found),
            titles={rate.id: in_both(_title(rate.id, rate.title)) for rate in found.rates},
            part_name=part_name,
            made_with=sorted({(r.dataset, r.device, r.seed, r.isolation or "?") for r in found.results}),
            script=Markup(script()),
            script_hash=script_hash(),
        )
    )


def pair(key: str, **values: object) -> Words:
    """The words of ``report.KEY`` in each language."""
    return {language: Message(f"report.{key}", values).text(language) for language in LANGUAGES}


def both(key: str, **values: object) -> Markup:
    """The words of ``report.KEY`` as markup; the style sheet shows those in the page's language."""
    return in_both(pair(key, **values)) if values else _constant(key)


def _said(message: Message) -> Markup:
    return in_both({language: message.text(language) for language in LANGUAGES})


@cache
def _constant(key: str) -> Markup:
    return in_both(pair(key))


def part_name(part: str) -> Markup:
    """A part's name. Of a part from another version of the kit only the id is known."""
    return both(f"part.{part}") if part in homework().parts else Markup.escape(part)


def short(name: str) -> str:
    """A submission's name, cut to what fits a table; the feedback page shows all of it."""
    return name if len(name) <= NAME_LETTERS else name[: NAME_LETTERS - 1] + "…"


@dataclass(frozen=True)
class Mistake:
    """A finding in words: what it is, what its functions compute and how often, and one line for the filter."""

    what: Markup
    computed: Sequence[tuple[Markup, int]]
    option: Words
    submissions: Sequence[str]


def _mistake(finding: Finding) -> Mistake:
    computed = [(_computed(each.statement), len(each.submissions)) for each in finding.shared]
    if finding.misconception is None:
        (only,) = finding.shared
        option = {
            language: f"{only.statement.stub}: {only.statement.said(language)}" for language in LANGUAGES
        }
        return Mistake(computed[0][0], [], option, finding.submissions)
    what = {language: misconception(finding.misconception, language)["what"] for language in LANGUAGES}
    return Mistake(in_both(what), computed, what, finding.submissions)


def _computed(statement: Measured) -> Markup:
    said = in_both({language: sentence(statement, language) for language in LANGUAGES})
    return Markup("<code>{}</code>: {}").format(statement.stub, said)


def _title(check: str, recorded: str) -> Words:
    return {language: str(catalogue(language)["titles"].get(check, recorded)) for language in LANGUAGES}


def _shows(found: Facts) -> dict[str, str]:
    """For the filter: submission -> its mistakes, as numbers in the page's list."""
    shows: dict[str, list[str]] = {}
    for index, finding in enumerate(found.findings):
        for name in finding.submissions:
            shows.setdefault(name, []).append(str(index))
    return {name: " ".join(indices) for name, indices in shows.items()}


def _charts(found: Facts) -> dict[str, dict[str, Any]]:
    """What the macros of charts.html draw, by the chart's name; a chart with nothing to show is left out."""
    if not found.results:
        return {}

    def histogram(spread: Spread, along: str, title: str) -> dict[str, Any]:
        values = {"mean": number(round(spread.mean or 0, 1)), "median": number(round(spread.median or 0, 1))}
        about = pair("chart_about", count=len(spread.values), **values)
        axis = {"counts": spread.counts, "top": spread.top, "along": pair(along)}
        return {"title": pair(title), "about": about, **axis}

    spreads = {"scores": (found.scores, "summary"), "seconds": (found.seconds, "seconds")}
    charts = {
        name: histogram(spread, along, f"{name}_heading")
        for name, (spread, along) in spreads.items()
        if spread.top > 0
    }
    for part, spread in found.parts.items():
        if spread.top > 0:
            charts[part] = histogram(spread, "summary", f"part.{part}")
    labels = {status: pair(f"status.{status}") for status in found.statuses}
    about = {
        each: ", ".join(f"{labels[status][each]}: {count}" for status, count in found.statuses.items())
        for each in LANGUAGES
    }
    bars = {"counts": found.statuses, "labels": labels}
    charts["status"] = {"title": pair("status"), "about": about, **bars}
    return charts


@cache
def script() -> str:
    """The page's only script: sorting, filtering, and switching the language."""
    return Path(__file__).with_name("templates").joinpath("class.js").read_text(encoding="utf-8")


@cache
def script_hash() -> str:
    """The script's SHA-256 in base64. The page's policy runs this script and nothing else that might get into it."""
    return base64.b64encode(hashlib.sha256(script().encode()).digest()).decode()
