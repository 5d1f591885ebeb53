"""The READMEs and the pages they lead to: the same in both languages, complete, and true as far as a machine can tell."""

import ast
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
READMES = ("README.md", "README.ko.md")
GUIDES = ("docs/instructors.md", "docs/instructors.ko.md")
MAINTAINERS = "docs/maintainers.md"
GUARANTEES = "docs/guarantees.md"
LIBRARIES = "docs/libraries.md"
PAGES = {
    name: (ROOT / name).read_text(encoding="utf-8")
    for name in (*READMES, *GUIDES, MAINTAINERS, GUARANTEES, LIBRARIES)
}
MOST_WORDS = 1000
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e-\d+)?")

readmes = pytest.mark.parametrize("name", READMES)
guides = pytest.mark.parametrize("name", GUIDES)
pages = pytest.mark.parametrize("name", PAGES)
pairs = pytest.mark.parametrize("pair", [READMES, GUIDES], ids=["README", "instructors"])


def blocks(name: str, language: str) -> list[str]:
    return [body for marked, body in FENCE.findall(PAGES[name]) if marked == language]


def prose(name: str) -> str:
    return FENCE.sub("", PAGES[name])


def rows(text: str) -> list[list[str]]:
    """The tables' rows as lists of cells, without the lines below the headings."""
    lines = [line for line in text.splitlines() if line.startswith("|") and not line.startswith("|---")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def numbers(text: str) -> list[str]:
    """The numbers in a text, without the commas of thousands."""
    return NUMBER.findall(re.sub(r"(?<=\d),(?=\d{3})", "", text))


def tree(name: str) -> list[str]:
    """The paths in the README's tree: two spaces of indentation per level, a slash after each folder."""
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


def reading(name: str) -> list[str]:
    """The engine's files in the evening's reading, in their order."""
    steps = "\n".join(re.findall(r"^\d\. .*$", PAGES[name], re.MULTILINE))
    return re.findall(r"`([a-z0-9_/]+\.py)`", steps)


def anchors(text: str) -> set[str]:
    """The headings as GitHub names them in a link."""
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def targets() -> list[str]:
    """The targets that ``make help`` lists."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return re.findall(r"^([a-z-]+):.*##", makefile, re.MULTILINE)


def options(command: str) -> set[str]:
    return {option for given in get_command(cli.app).commands[command].params for option in given.opts}


def git(*arguments: str) -> list[str]:
    """What git prints, by line. Skips outside a checkout."""
    command = ["git", "-c", "safe.directory=*", "-c", "core.quotePath=off", *arguments]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    except FileNotFoundError:
        pytest.skip("git is not installed")
    if done.returncode > 1:  # check-ignore returns 1 if nothing is ignored
        pytest.skip("not a git checkout")
    return done.stdout.splitlines()


# --- README ----------------------------------------------------------------------------------------------


@readmes
def test_a_readme_is_short(name):
    assert len(PAGES[name].split()) <= MOST_WORDS


@readmes
def test_both_commands_stand_in_the_first_twenty_lines(name):
    begin = PAGES[name].splitlines()[:20]
    assert {"$ make demo", "$ make test"} <= set(begin)


@readmes
def test_the_week_has_six_commands_that_can_be_run(name):
    (week,) = blocks(name, "sh")
    known = get_command(cli.app).commands
    lines = [line.partition("#")[0].split() for line in week.splitlines()]
    assert len(lines) == 6
    for program, command, *arguments in lines:
        assert program == "autograder" and command in known
        assert {each for each in arguments if each.startswith("--")} <= options(command)
    assert "source .venv/bin/activate" in PAGES[name]


@readmes
def test_three_doors_are_open(name):
    suffix = name.removeprefix("README")
    for door in (f"assignment/README{suffix}", f"docs/instructors{suffix}", MAINTAINERS):
        assert f"]({door})" in PAGES[name]


@readmes
def test_points_and_files_are_the_assignments(name):
    for part in tuple(homework().parts):
        row = rf"^\| {part} \| `vae/{homework().parts[part].file}` \| {homework().points(part):g} \|"
        assert re.search(row, PAGES[name], re.MULTILINE), part


@readmes
def test_the_demo_table_is_the_sample_class(name):
    """Its points are those that tests/demo holds the grader to."""
    output = blocks(name, "console")[0]
    shown = [
        [cell.strip() for cell in line.strip("│").split("│")] for line in output.splitlines() if "│" in line
    ]
    students = runpy.run_path(str(ROOT / "tests" / "demo" / "make_class.py"))["CLASS"]
    promised = []
    for student in sorted(students):
        points = [getattr(student, part) for part in tuple(homework().parts)]
        promised.append(
            [student.name, f"{sum(points)} / {homework().max_score:g}", student.status, *map(str, points)]
        )
    assert shown == promised


def test_the_tree_is_the_same_in_both_languages():
    assert tree("README.md") == tree("README.ko.md")


def test_every_path_in_the_tree_exists():
    assert [path for path in tree("README.md") if not (ROOT / path).is_dir()] == []


def test_nothing_in_the_tree_is_ignored_by_git():
    assert git("check-ignore", "--no-index", *tree("README.md")) == []


def test_every_folder_at_the_top_and_in_the_engine_is_in_the_tree():
    files = git("ls-files", "--cached", "--others", "--exclude-standard")
    here = [file for file in files if (ROOT / file).exists()]
    tops = {file.split("/")[0] + "/" for file in here if "/" in file}
    engine = {found[0] for file in here if (found := re.match(r"autograder/[^/]+/", file))}
    assert sorted((tops | engine) - set(tree("README.md"))) == []


def test_the_evenings_reading_is_there_and_as_long_as_it_says():
    english, korean = map(reading, READMES)
    assert english == korean and english
    lines = sum((ROOT / "autograder" / file).read_text(encoding="utf-8").count("\n") for file in english)
    for name in READMES:
        (told,) = re.findall(r"([\d,]+) ?(?:lines|줄)", PAGES[name])
        assert lines == pytest.approx(int(told.replace(",", "")), rel=0.1)


# --- instructors -----------------------------------------------------------------------------------------


@guides
def test_every_command_is_explained(name):
    commands = get_command(cli.app).commands
    assert [command for command in commands if f"autograder {command}" not in PAGES[name]] == []


@guides
def test_every_option_of_grade_is_explained(name):
    explained = {row[0].strip("`") for row in rows(PAGES[name])}
    assert sorted(options("grade") - {"submissions", "--help"} - explained) == []


@guides
def test_every_status_is_explained(name):
    assert [status for status in STATUSES if f"| `{status}` |" not in PAGES[name]] == []


@guides
def test_every_exit_status_is_explained(name):
    assert {"0", "2", "3", "130"} <= {row[0] for row in rows(PAGES[name])}


# --- maintainers -----------------------------------------------------------------------------------------


def test_every_make_target_is_explained():
    assert len(targets()) > 10
    assert [target for target in targets() if f"| `make {target}` |" not in PAGES[MAINTAINERS]] == []


def test_every_library_has_a_reason():
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    asked = project[project.index("\ndependencies = [") : project.index("\n[project.scripts]")]
    names = set(re.findall(r'"([a-z][\w-]+)', re.sub(r"#.*", "", asked)))
    given = {name for row in rows(PAGES[LIBRARIES]) for name in re.findall(r"[a-z][\w-]+", row[0])}
    assert len(names) > 30 and sorted(names - given) == []


def test_a_guarantee_quotes_the_figures_of_its_source():
    """Whole numbers as they are there, others rounded to as many digits as are quoted."""
    section = PAGES[GUARANTEES].partition("## Figures with a record")[2].partition("\n## ")[0]
    table = rows(section)[1:]
    assert len(table) > 5
    for _, measured, link, *_ in table:
        (target,) = re.findall(r"\]\(([^)]+)\)", link)
        source = numbers((ROOT / "docs" / target).read_text(encoding="utf-8"))
        quoted = numbers(measured)
        assert quoted
        for figure in quoted:
            digits = len(figure.partition(".")[2])
            rounded = [f"{float(each):.{digits}f}" for each in source if "." in each] if digits else []
            assert figure in source or figure in rounded, (measured, figure, target)


def test_a_guarantee_counts_what_is_there():
    """The bank's entries, and the attacks on pages."""
    bank = {kind: len(list((ROOT / "tests" / "bank" / kind).glob("*.py"))) for kind in ("right", "wrong")}
    assert f"all {bank['right']} right and all {bank['wrong']} wrong submissions" in PAGES[GUARANTEES]
    parsed = ast.parse((ROOT / "tests" / "test_browser.py").read_text(encoding="utf-8"))
    (attacks,) = (
        len(node.value.elts)
        for node in parsed.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PAYLOADS"
    )
    assert f"| {attacks} attacks" in PAGES[GUARANTEES]


# --- all of them -----------------------------------------------------------------------------------------


@pairs
def test_headings_tables_and_lists_are_the_same_in_both_languages(pair):
    def shape(name: str) -> list[str]:
        marks = (re.match(r"(#+) |(\|)|(- )|(\d\.) |(!)", line) for line in prose(name).splitlines())
        return [mark[0].strip() for mark in marks if mark]

    assert shape(pair[0]) == shape(pair[1])


@pairs
def test_code_blocks_are_the_same_in_both_languages(pair):
    english, korean = ([language for language, _ in FENCE.findall(PAGES[name])] for name in pair)
    assert english == korean
    assert blocks(pair[0], "console") == blocks(pair[1], "console")
    english, korean = (re.sub(r" *#.*", "", "".join(blocks(name, "sh"))) for name in pair)
    assert english == korean


@pairs
def test_commands_and_files_are_the_same_in_both_languages(pair):
    english, korean = (sorted(re.findall(r"`([^`\n]+)`", prose(name))) for name in pair)
    assert english == korean


@pairs
def test_figures_are_the_same_in_both_languages(pair):
    assert sorted(numbers(prose(pair[0]))) == sorted(numbers(prose(pair[1])))


@pages
def test_commands_and_targets_exist(name):
    commands = set(re.findall(r"(?:`|\$ |^)autograder ([a-z]+)", PAGES[name], re.MULTILINE))
    assert sorted(commands - set(get_command(cli.app).commands)) == []
    assert sorted(set(re.findall(r"(?:`|\$ )make ([a-z-]+)", PAGES[name])) - set(targets())) == []


@pages
def test_options_exist(name):
    known = set().union(*map(options, get_command(cli.app).commands))
    named = set(re.findall(r"(?<![\w-])--[a-z]+(?:-[a-z]+)*", PAGES[name]))
    assert sorted(named - known - {"--help", "--watch"}) == []  # the desk has `check --watch`


@pages
def test_links_lead_somewhere(name):
    links = re.findall(r"\]\((?!https://)([^)]+)\)", PAGES[name])
    for target in links:
        file, _, heading = target.partition("#")
        linked = (ROOT / name).parent / file if file else ROOT / name
        assert linked.exists(), target
        assert not heading or heading in anchors(linked.read_text(encoding="utf-8")), target
    assert links or name == LIBRARIES
