"""The two READMEs: the same in both languages, complete, and true wherever a machine can tell."""

import re
import runpy
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from autograder import cli
from autograder.homework import homework
from autograder.results import STATUSES

ROOT = Path(__file__).resolve().parents[1]
READMES = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.ko.md")}
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
both = pytest.mark.parametrize("name", READMES)


def blocks(name: str, language: str) -> list[str]:
    return [body for marked, body in FENCE.findall(READMES[name]) if marked == language]


def prose(name: str) -> str:
    return FENCE.sub("", READMES[name])


def tree(name: str) -> list[str]:
    """The paths in the tree at the page's end; two spaces of indentation a level, a slash after folders."""
    (text,) = blocks(name, "text")
    paths: list[str] = []
    folders: list[str] = []
    for line in text.splitlines():
        level = (len(line) - len(line.lstrip())) // 2
        entry, purpose = line.split(maxsplit=1)
        assert purpose, f"no purpose: {line}"
        folders[level:] = [entry]
        paths.append("".join(folders[: level + 1]))
    return paths


def git(*arguments: str) -> list[str]:
    """What git prints, by line. Skips where this is no checkout."""
    command = ["git", "-c", "safe.directory=*", "-c", "core.quotePath=off", *arguments]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    except FileNotFoundError:
        pytest.skip("git is not installed")
    if done.returncode > 1:  # check-ignore says 1 where nothing is ignored
        pytest.skip("not a git checkout")
    return done.stdout.splitlines()


@both
def test_both_commands_stand_in_the_first_twenty_lines(name):
    begin = READMES[name].splitlines()[:20]
    assert {"$ make demo", "$ make test"} <= set(begin)


@both
def test_every_command_is_named(name):
    commands = get_command(cli.app).commands
    assert [command for command in commands if f"autograder {command}" not in READMES[name]] == []


@both
def test_every_make_target_is_named(name):
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert [target for target in targets if f"make {target}" not in READMES[name]] == []


@both
def test_points_and_files_are_the_assignments(name):
    for part in tuple(homework().parts):
        row = rf"^\| {part} \| `vae/{homework().parts[part].file}` \| {homework().points(part):g} \|"
        assert re.search(row, READMES[name], re.MULTILINE), part


@both
def test_every_status_is_explained(name):
    assert [status for status in STATUSES if f"| `{status}` |" not in READMES[name]] == []


@both
def test_the_demo_table_is_the_sample_class(name):
    """Its points are those that tests/demo holds the grader to."""
    output = blocks(name, "console")[0]
    rows = [
        [cell.strip() for cell in line.strip("│").split("│")] for line in output.splitlines() if "│" in line
    ]
    students = runpy.run_path(str(ROOT / "tests" / "demo" / "make_class.py"))["CLASS"]
    promised = []
    for student in sorted(students):
        points = [getattr(student, part) for part in tuple(homework().parts)]
        promised.append(
            [student.name, f"{sum(points)} / {homework().max_score:g}", student.status, *map(str, points)]
        )
    assert rows == promised


def test_headings_and_tables_are_the_same_in_both_languages():
    def shape(name: str) -> list[str]:
        marks = (re.match(r"(#+) |(\|)", line) for line in prose(name).splitlines())
        return [mark[1] or mark[2] for mark in marks if mark]

    assert shape("README.md") == shape("README.ko.md")


def test_code_blocks_are_the_same_in_both_languages():
    found = {name: FENCE.findall(READMES[name]) for name in READMES}
    marked = {name: [language for language, _ in found[name]] for name in found}
    assert marked["README.md"] == marked["README.ko.md"]
    assert blocks("README.md", "console") == blocks("README.ko.md", "console")


def test_figures_are_the_same_in_both_languages():
    def figures(name: str) -> list[str]:
        return sorted(re.findall(r"\d+(?:\.\d+)?", prose(name)))

    assert figures("README.md") == figures("README.ko.md")


@both
def test_links_lead_somewhere(name):
    targets = re.findall(r"\]\(([^)#]+)\)", READMES[name])
    here = [target for target in targets if not target.startswith("https://")]
    assert here and [target for target in here if not (ROOT / target).exists()] == []


def test_the_tree_is_the_same_in_both_languages():
    assert tree("README.md") == tree("README.ko.md")


def test_every_path_in_the_tree_exists():
    assert [path for path in tree("README.md") if not (ROOT / path).exists()] == []


def test_nothing_in_the_tree_is_ignored_by_git():
    assert git("check-ignore", "--no-index", *tree("README.md")) == []


def test_everything_at_the_top_is_in_the_tree():
    """And every file directly in the engine's folder."""
    files = git("ls-files", "--cached", "--others", "--exclude-standard")
    tops = {file.split("/")[0] + "/" * ("/" in file) for file in files if (ROOT / file).exists()}
    engine = {file for file in files if re.fullmatch(r"autograder/[^/]+", file) and (ROOT / file).exists()}
    assert sorted((tops | engine) - set(tree("README.md"))) == []
