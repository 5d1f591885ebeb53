"""Show a graded class: a table and a summary on a terminal, plain lines if there is none, or JSON for scripts."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.commands.terminal import say
from autograder.homework import homework
from autograder.intake import passed_over
from autograder.messages import Message, catalogue, misconception, words
from autograder.report.facts import Facts, facts, remarks
from autograder.results import Result, number

STATUS_STYLE = {
    "graded": "green",
    "timeout": "yellow",
    "crashed": "yellow",
    "rejected": "red",
    "failed": "bold red",
}
NAME_LETTERS = 60
MOST = 5  # hardest checks and mistakes shown here; the class page has all
WIDE = 10_000  # lines are not broken without a terminal


def tell(
    results: Iterable[Result], out: Path, names: Mapping[str, str], language: str, quiet: bool, as_json: bool
) -> None:
    """Print what was found, as ``--quiet`` and ``--json`` ask. ``names``: for each submission, the name of its files."""
    if as_json:
        typer.echo(json.dumps(record(facts(results), out, names), indent=2))
    elif not quiet:
        print_facts(facts(results), language)
        say(
            Message("cli.report_at", {"path": str(out / "index.html"), "csv": str(out / "grades.csv")}),
            language,
        )


def print_facts(found: Facts, language: str) -> None:
    """Print the table of submissions and the summary below it."""
    terminal = sys.stdout.isatty()
    console = Console() if terminal else Console(width=WIDE, no_color=True)
    console.print(_table(found, language, boxed=terminal))
    for line in _summary(found, language):
        console.print(Text(line), soft_wrap=True)


def record(found: Facts, out: Path, names: Mapping[str, str]) -> dict[str, Any]:
    """The facts as values for JSON, with the ids that OUT/results has and without words."""
    return {
        "report": str(out / "index.html"),
        "grades": str(out / "grades.csv"),
        "count": len(found.results),
        "passed_over": [str(each.values["path"]) for each in passed_over.read(out)],
        "mean": found.scores.mean,
        "median": found.scores.median,
        "statuses": dict(found.statuses),
        "seconds": sum(found.seconds.values),
        "parts": {
            part: {"mean": spread.mean, "median": spread.median, "max_points": spread.top}
            for part, spread in found.parts.items()
        },
        "checks": [
            {"id": rate.id, "part": rate.part, "passed": rate.passed, "total": rate.total}
            for rate in found.rates
        ],
        "misconceptions": [
            {"id": finding.misconception, "submissions": list(finding.submissions)}
            for finding in found.findings
            if finding.misconception
        ],
        "measured": [
            {
                "stub": each.statement.stub,
                "id": each.statement.id,
                "values": {k: value for k, value in each.statement.values.items() if k != "curve"},
                "misconception": finding.misconception,
                "submissions": list(each.submissions),
            }
            for finding in found.findings
            for each in finding.shared
        ],
        "submissions": [
            {
                "submission": result.submission,
                "score": result.final,
                "max_score": result.max_score,
                "status": result.status,
                **{part: result.part_points(part) for part in homework().parts},
                "seconds": result.seconds,
                "result": str(out / "results" / f"{names[result.submission]}.json"),
                "feedback": str(out / "feedback" / f"{names[result.submission]}.html"),
            }
            for result in found.results
        ],
    }


def shown(name: str, letters: int = NAME_LETTERS) -> str:
    """Text that is safe on a terminal: cut short, and without characters that control it or reverse the text."""
    short = name if len(name) <= letters else name[: letters - 1] + "…"
    return "".join(
        "\ufffd" if unicodedata.category(letter) in ("Cc", "Cf", "Cs") else letter for letter in short
    )


def _table(found: Facts, language: str, boxed: bool) -> Table:
    table = Table() if boxed else Table(box=None, pad_edge=False)
    for heading in ("submission", "score", "status"):
        table.add_column(words(f"cli.column.{heading}", language))
    for part in homework().parts:  # as grades.csv calls them
        table.add_column(part, justify="right")
    for result in found.results:
        points = [number(result.part_points(part)) for part in homework().parts]
        status = Text(result.status, style=STATUS_STYLE[result.status])
        status.append("".join(f", {remark.text(language)}" for remark in remarks(result)))
        score = f"{number(result.final)} / {number(result.max_score)}" if result.score is not None else "-"
        table.add_row(Text(shown(result.submission)), score, status, *points)
    return table


def _summary(found: Facts, language: str) -> list[str]:
    def said(key: str, **values: object) -> str:
        return Message(f"cli.summary.{key}", values).text(language)

    statuses = ", ".join(f"{status} {count}" for status, count in found.statuses.items())
    lines = [said("statuses", count=len(found.results), statuses=statuses)]
    if found.scores.mean is not None and found.scores.median is not None:
        lines.append(
            said(
                "scores",
                mean=number(round(found.scores.mean, 1)),
                median=number(round(found.scores.median, 1)),
            )
        )
        total, longest = sum(found.seconds.values), max(found.seconds.values)
        lines.append(said("seconds", total=f"{total:.1f}", longest=f"{longest:.1f}"))
    hardest = [rate for rate in found.rates if rate.passed < rate.total][:MOST]
    if hardest:
        lines.append(said("hardest"))
    for rate in hardest:
        title = catalogue(language)["titles"].get(rate.id, rate.title)
        lines.append(f"  {rate.percent:3}%  {rate.passed} / {rate.total}  {shown(title, WIDE)}")
    if found.findings:
        lines.append(said("mistakes"))
    for finding in found.findings[:MOST]:
        if finding.misconception:
            what = misconception(finding.misconception, language)["what"]
            lines.append(f"  {len(finding.submissions):4}  {shown(what, WIDE)}")
        for each in finding.shared[:MOST]:
            computed = f"{each.statement.stub}: {each.statement.said(language)}"
            lines.append(
                f"  {len(each.submissions):{8 if finding.misconception else 4}}  {shown(computed, WIDE)}"
            )
    return lines
