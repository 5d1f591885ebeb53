"""A class of twelve, packed as each platform packs it: every student gets their own grade, and nobody is lost."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path

import pytest

from autograder import gradebook
from autograder.gradebook.table import Table
from autograder.homework import homework
from autograder.intake import Submissions, find, load
from autograder.messages import LANGUAGES, Refusal
from autograder.moment import moment
from autograder.outfolder import Folder
from autograder.results import Result
from autograder.rounds import Grading
from autograder.run import Run
from autograder.sandbox.ends import SandboxFault
from tests.console import Command
from tests.engine import failed
from tests.zips import zipped

FOUR = ("model.py", "loss.py", "training.py", "latent.py")
Files = dict[str, bytes]


def own(who: int, names: tuple[str, ...] = FOUR, version: str = "") -> Files:
    """Files that only this student has."""
    return {name: f"WHO = {who}  # {name} {version}\n".encode() for name in names}


@dataclass(frozen=True)
class HandIn:
    """``members`` are its students' ids in the gradebook; ``files`` is what counts of what was ``sent``."""

    name: str
    login: str
    members: tuple[int, ...]
    files: Files
    sent: tuple[tuple[str, bytes], ...] = ()
    text: bool = False
    late: bool = False
    anonymous: bool = False

    @property
    def uploads(self) -> tuple[tuple[str, bytes], ...]:
        return self.sent or tuple(self.files.items())


def packed(files: Files) -> bytes:
    return zipped({f"vae/{name}": content for name, content in files.items()})


CLASS = [
    HandIn("김민지", "minji", (1001,), own(1)),
    HandIn("김민지", "minji-kim", (1002,), own(2), (("vae.zip", packed(own(2))),)),
    HandIn("Lee Seojun", "lee-min", (1003,), own(3), late=True),
    HandIn("O'Brien, Seán", "sean", (1004,), own(4), (("vae.zip", packed(own(4))),)),
    HandIn("Park 20261234", "park-20261234", (1005,), own(5)),
    HandIn("Jung Haeun", "haeun", (1006,), {}, text=True),
    HandIn("Yoon Seoyeon", "yoon", (1007,), own(7, FOUR[:2]), late=True),
    HandIn(
        "Choi Sua",
        "choi-sua",
        (1008,),
        own(8, version="new"),
        (("vae.zip", packed(own(8, version="old"))), ("vae-1.zip", packed(own(8, version="new")))),
    ),
    HandIn("Team 1", "team-1", (1009, 1010), own(9), (("vae.zip", packed(own(9))),)),
    HandIn(
        "Han Jiwoo",
        "jiwoo",
        (1011,),
        own(10),
        (("vae.zip", packed({**own(10), "model.py": b"old = 1"})), ("model.py", own(10)["model.py"])),
    ),
    HandIn(
        "Lim Chaewon",
        "lim",
        (1012,),
        own(11, FOUR[1:]),
        (("model (1).py", b"x = 1"), *own(11, FOUR[1:]).items()),
    ),
    HandIn("Kang Doyun", "kang", (1013,), own(12), anonymous=True),
]


def canvas() -> dict[str, bytes]:
    found, upload = {}, 5000
    for each in CLASS:
        name = "".join(letter for letter in each.name.casefold() if letter.isalnum())
        name = name.replace("20261234", "_20261234")
        start = f"{name}{'_LATE' * each.late}_{each.members[0]}"
        if each.anonymous:
            start = f"{'LATE_' * each.late}anon_aB3dE"
        if each.text:
            found[f"{start}_text.html"] = b"<p>I tried</p>"
        else:
            for file, content in each.uploads:
                upload += 1
                found[f"{start}_{upload}_{file}"] = content
    return found


def moodle(form: str = "{}_assignsubmission_file/{}") -> dict[str, bytes]:
    found = {}
    for each in CLASS:  # the team's number is another person's
        number = 1003 if len(each.members) > 1 else each.members[0]
        start = f"{each.name.replace(chr(39), '')}_{number}"
        if each.text:
            found[f"{start}_assignsubmission_onlinetext/onlinetext.html"] = b"<p>I tried</p>"
        for file, content in each.uploads if not each.text else ():
            if file != "vae.zip" or each.login != "choi-sua":  # Moodle keeps no older attempt
                found[form.format(start, file)] = content
    return found


def blackboard() -> dict[str, bytes]:
    found = {}
    for each in CLASS:
        start = f"hw7_2026{each.members[0]}_attempt_2026-11-27-14-03-"
        for number, (file, content) in enumerate(each.uploads if not each.text else ()):
            attempt = number if file.endswith((".zip", "del.py")) and len(each.sent) == 2 else 0
            found[f"{start}{attempt:02}_{file}"] = content
        found[f"{start}00.txt"] = f"Name: {each.name} (2026{each.members[0]})".encode()
    return found


def github() -> dict[str, bytes]:
    found = {}
    for each in CLASS:
        found[f"vae-lab-{each.login}/.git/HEAD"] = b"ref: refs/heads/main"
        found[f"vae-lab-{each.login}/README.md"] = b"# VAE"
        for file, content in each.uploads[-1:] if each.login == "choi-sua" else each.uploads:
            found[f"vae-lab-{each.login}/{file}"] = content
    return found


def gradescope() -> dict[str, bytes]:
    found, lines = {}, ["---"]
    for number, each in enumerate(CLASS, 100):
        lines += [f"submission_{number}:", "  :submitters:"]
        for member in each.members:
            lines += [
                f'  - :name: "{each.name}"',
                f"    :sid: '2026{member}'",
                f"    :email: {member}@x.ac.kr",
            ]
        lines += ["  :created_at: 2026-11-27 14:03:05.123456789 Z"]
        found[f"export/submission_{number}/README"] = b""
        for file, content in each.uploads[-1:] if each.login == "choi-sua" else each.uploads:
            found[f"export/submission_{number}/{file}"] = content
    return {"export/submission_metadata.yml": "\n".join(lines).encode(), **found}


def canvas_book() -> str:
    rows = [f"{each.name.replace(',', '')},{m},2026{m},l{m},01," for each in CLASS for m in each.members[:1]]
    return "\n".join(
        ["Student,ID,SIS User ID,SIS Login ID,Section,VAE (7)", "    Points Possible,,,,,100", *rows]
    )


def moodle_book() -> str:
    head = "Identifier,Full name,Email address,Status,Group,Grade,Maximum Grade,Grade can be changed,Last modified (grade)"
    rows = [
        f'Participant {m},"{each.name if len(each.members) == 1 else f"Member {m}"}",{m}@x.ac.kr,-,{each.name if len(each.members) > 1 else ""},,100,Yes,-'
        for each in CLASS
        for m in each.members
    ]
    return "\n".join([head, *rows])


def sid_book() -> str:
    return "\n".join(["학번,점수", *(f"2026{m}," for each in CLASS for m in each.members)])


def login_book() -> str:
    others = ["min,", "kim,"]  # two more students; other logins end with theirs
    return "\n".join(["username,score", *(f"{each.login}," for each in CLASS), *others])


def gradescope_book() -> str:
    rows = [f"{each.name.replace(',', '')},2026{m},{m}@x.ac.kr,,100" for each in CLASS for m in each.members]
    return "\n".join(["Name,SID,Email,Total Score,Max Points", *rows])


PLATFORMS: dict[str, tuple[dict[str, bytes], str, str, int, int]] = {  # download, channel, its file, columns
    "canvas": (canvas(), "canvas", canvas_book(), 1, 5),
    "moodle": (moodle(), "moodle", moodle_book(), 0, 5),
    "moodle before 4.1": (moodle("{}_assignsubmission_file_/{}"), "moodle", moodle_book(), 0, 5),
    "moodle flat": (moodle("{}_assignsubmission_file_{}"), "moodle", moodle_book(), 0, 5),
    "blackboard": (blackboard(), "csv", sid_book(), 0, 1),
    "github": (github(), "csv", login_book(), 0, 1),
    "gradescope": (gradescope(), "gradescope", gradescope_book(), 1, 3),
}

CLONES = ("github", True)  # clones come one by one, never as a zip


def write(root: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


def scores(table: Table, id_column: int, score_column: int) -> dict[str, str]:
    return {row.value(id_column): row.value(score_column) for row in table.rows[1:] if row.value(id_column)}


def expected(platform: str) -> dict[str, str]:
    """The points expected in each row: the hand-in's number in the class."""
    wanted: dict[str, str] = {}
    for number, each in enumerate(CLASS, 1):
        for member in each.members:
            key = {"canvas": str(member), "github": each.login}.get(platform, f"2026{member}")
            key = f"Participant {member}" if platform.startswith("moodle") else key
            wanted[key] = str(number)
        if platform == "canvas":  # a team has one row; the anonymous student's stays empty
            wanted[str(each.members[0])] = "" if each.anonymous else str(number)
            for member in each.members[1:]:
                del wanted[str(member)]
        if platform == "blackboard":  # one hands in for the team
            wanted |= {f"2026{member}": "" for member in each.members[1:]}
    return wanted | ({"min": "", "kim": ""} if platform == "github" else {})


@pytest.mark.parametrize(
    ("platform", "bulk"),
    [(platform, bulk) for platform in PLATFORMS for bulk in (False, True) if (platform, bulk) != CLONES],
)
def test_every_student_gets_their_own_grade(platform: str, bulk: bool, tmp_path: Path, run: Run) -> None:
    """From the download, as a folder or as a zip, to the row of the gradebook."""
    download, channel, book, id_column, score_column = PLATFORMS[platform]
    if bulk:
        path = write(tmp_path / "class", {"all.zip": zipped(download)}) / "all.zip"
    else:
        path = write(tmp_path / "class", download)
    sources = find(path)
    numbers = {}
    for source in sources:
        submission = load(source)
        whose = {line.split()[2] for content in submission.files.values() for line in [content.decode()]}
        assert len(whose) <= 1, f"{source.name} has files of several students"
        number = int(whose.pop()) if whose else 6  # only text
        assert number not in numbers.values() and submission.files == CLASS[number - 1].files
        numbers[source.name] = number
        if not submission.files and platform not in ("blackboard", "github", "gradescope"):
            assert submission.problems["model.py"].id == "intake.text_only"
        if number == 11:
            assert submission.problems["model.py"].id == "intake.similar"
        assert source.origin.late == (CLASS[number - 1].late and platform == "canvas")
    assert sorted(numbers.values()) == list(range(1, 13))
    assert [each.id for each in sources.passed_over] == ["intake.over_list"] * (platform == "gradescope")
    folder = Folder.of(tmp_path / "out", sources)
    for source in sources:
        result = failed(load(source), run, SandboxFault("gone"), "namespaces")
        folder.write(replace(result, status="graded", score=float(numbers[source.name])))
    gradebook.write_roster(tmp_path / "out", sources, folder.names)
    write(tmp_path, {"book.csv": book.encode()})
    table, known = Table.read(tmp_path / "book.csv"), gradebook.CHANNELS[channel]
    where = gradebook.columns(known, table, None, None)
    filled = gradebook.fill(known, table, where, gradebook.read_roster(tmp_path / "out"), scale=False)
    write(tmp_path, {"filled.csv": filled.content})
    assert scores(Table.read(tmp_path / "filled.csv"), id_column, score_column) == expected(platform)


# --- whose it is, or why it is nobody's ------------------------------------------------------------------


def said(sources: Submissions) -> dict[str, str]:
    """What was passed over, and why. Both languages name the path."""
    for each in sources.passed_over:
        assert all(each.values["path"] in each.text(language) for language in LANGUAGES)
    return {str(each.values["path"]): each.id.removeprefix("intake.over_") for each in sources.passed_over}


def under(folder: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {f"{folder}/{name}": content for name, content in files.items()}


KIM, LEE, PARK = (under(name, own(number)) for number, name in enumerate(("kim", "lee", "park"), 1))
STRAYS = {
    **{
        ".DS_Store": b"",
        "__MACOSX/kim/model.py": b"",
        ".git/HEAD": b"",
        "notes.txt": b"",
        ".choi/model.py": b"",
    },
    **{"memo.pdf": b""},
}


@pytest.mark.parametrize("bulk", [False, True])
@pytest.mark.parametrize("outer", ["", "submissions/", "a/b/"])
def test_whatever_is_not_taken_is_named(tmp_path: Path, outer: str, bulk: bool) -> None:
    download = {f"{outer}{name}": content for name, content in {**KIM, **LEE, **PARK, **STRAYS}.items()}
    download |= {"readme.txt": b""} if outer else {}
    path = write(tmp_path / "class", {"all.zip": zipped(download)} if bulk else download)
    sources = find(path / "all.zip" if bulk else path)
    assert [source.name for source in sources] == ["kim", "lee", "park"]
    hidden = {f"{outer}{name}": "hidden" for name in (".DS_Store", "__MACOSX", ".git", ".choi")}
    files = {f"{outer}notes.txt": "file", f"{outer}memo.pdf": "file"} | (
        {"readme.txt": "file"} if outer else {}
    )
    around = {} if bulk or not outer else {"submissions" if outer == "submissions/" else "a": "around"}
    found = said(sources)
    assert {name: why for name, why in found.items() if why != "around"} == hidden | files
    assert around.items() <= found.items()


def refused(path: Path) -> str:
    with pytest.raises(Refusal) as caught:
        find(path)
    texts = [caught.value.message.text(language) for language in LANGUAGES]
    assert all(str(path) in text for text in texts)
    return texts[0]


@pytest.mark.parametrize("bulk", [False, True])
@pytest.mark.parametrize("stray", ["loss.py", "Model.PY", "vae/model.py"])
def test_a_stray_file_does_not_make_one_of_a_class(tmp_path: Path, stray: str, bulk: bool) -> None:
    files = {**KIM, **LEE, stray: b"x = 1"}
    path = write(tmp_path / "class", {"all.zip": zipped(files)} if bulk else files)
    text = refused(path / "all.zip" if bulk else path)
    assert f"'{stray}'" in text and "kim, lee" in text


def test_a_second_copy_of_a_zip_is_told_from_the_first(tmp_path: Path) -> None:
    files = {f"{name}.zip": packed(own(n)) for n, name in enumerate(("kim", "kim (1)", "lee (2026)", "lee"))}
    sources = find(write(tmp_path, files))
    assert [source.name for source in sources] == ["kim", "kim (1)", "lee", "lee (2026)"]
    assert [[note.id for note in source.notes] for source in sources] == [["intake.same_name"]] * 2 + [[], []]


def test_a_stray_file_in_an_lms_download_is_named(tmp_path: Path) -> None:
    sources = find(write(tmp_path, {**canvas(), "model.py": b"x = 1"}))
    assert len(sources) == 12 and said(sources) == {"model.py": "code"}


ONE: list[dict[str, bytes]] = [
    {**own(1), **under("old", own(2))},
    {**under("vae", own(1)), **under("old/vae", own(2)), "vae.zip": b"x"},
    {"model.py": b"", "b/loss.py": b"", "c/training.py": b"", "d/latent.py": b""},
    {"vae/model.py": b"", "kim_1_2_report.zip": b"x"},
]


@pytest.mark.parametrize("files", ONE)
def test_one_hand_in_stays_one(tmp_path: Path, files: dict[str, bytes]) -> None:
    assert [source.name for source in find(write(tmp_path / "kim", files))] == ["kim"]


@pytest.mark.parametrize(
    "files",
    [
        {**under("kim/old", own(1)), **under("kim/new", own(2))},
        {
            **under("kim/ps1", own(1)),
            **under("kim/ps2", own(2)),
            **under("lee/ps1", own(3)),
            **under("lee/ps2", own(4)),
        },
        {**under("kim/a/hw", own(1)), **under("kim/b/hw", own(2)), **LEE},
        {"kim/a/model.py": b"a", "kim/b/model.py": b"b"},
        {name: text for n in (1, 2, 3) for name, text in under(f"kim/v{n}", own(n)).items()},
    ],
)
def test_versions_of_one_student_make_no_class(tmp_path: Path, files: dict[str, bytes]) -> None:
    sources = find(write(tmp_path, files))
    assert [source.name for source in sources] == sorted({name.split("/")[0] for name in files})
    assert load(sources[0]).problems["model.py"].id == "intake.ambiguous"


@pytest.mark.parametrize("bulk", [False, True])
def test_two_downloads_side_by_side_are_two_sections(tmp_path: Path, bulk: bool) -> None:
    first = {f"kim_100{n}_500{n}_{name}": text for n in (1, 2) for name, text in own(n).items()}
    second = {f"lee_100{n}_600{n}_vae.zip": packed(own(n)) for n in (3, 4)}
    download = (
        {"01.zip": zipped(first), "02.zip": zipped(second)}
        if bulk
        else {**under("01", first), **under("02", second)}
    )
    sources = find(write(tmp_path, {**download, "list.xlsx": b""}))
    assert [source.name for source in sources] == ["kim_1001", "kim_1002", "lee_1003", "lee_1004"]
    assert [load(source).files for source in sources] == [own(n) for n in (1, 2, 3, 4)]
    assert said(sources)["list.xlsx"] == "file"


def test_of_the_downloads_of_two_days_the_later_attempt_counts(tmp_path: Path) -> None:
    first = {"kim_1001_5001_vae.zip": packed(own(1, version="old")), "lee_1002_5002_vae.zip": packed(own(2))}
    second = {**first, "kim_1001_6001_vae-1.zip": packed(own(1))}
    del second["kim_1001_5001_vae.zip"]
    for days in ((first, second), (second, first)):
        sources = find(write(tmp_path, {f"{day}.zip": zipped(files) for day, files in enumerate(days)}))
        assert [load(source).files for source in sources] == [own(1), own(2)]
        assert sorted(said(sources).values()) == ["older", "twice"]
    second["kim_1001_6001_vae-1.zip"] = packed(own(1, ("model.py",)))  # the older files may still count
    sources = find(
        write(tmp_path, {f"{day}.zip": zipped(files) for day, files in enumerate((first, second))})
    )
    assert [source.name for source in sources] == ["kim_1001", "kim_1001 (2)", "lee_1002"]


@pytest.mark.parametrize("outer", ["", "class/"])
@pytest.mark.parametrize(
    "names", [("20261234", "20261235"), ("s20261234", "s20261235"), ("kim_hw7", "lee_hw7")]
)
def test_a_zip_of_student_numbers_is_a_class(tmp_path: Path, names: tuple[str, ...], outer: str) -> None:
    files = {f"{outer}{name}/{file}": text for n, name in enumerate(names) for file, text in own(n).items()}
    sources = find(write(tmp_path, {"all.zip": zipped(files)}) / "all.zip")
    assert [source.name for source in sources] == list(names)
    assert [load(source).files for source in sources] == [own(0), own(1)]


def test_a_download_that_lies_there_packed_and_unpacked_counts_once(tmp_path: Path) -> None:
    files = {f"kim_100{n}_500{n}_vae.zip": packed(own(n)) for n in (1, 2)}
    sources = find(write(tmp_path, {**under("submissions", files), "submissions.zip": zipped(files)}))
    assert [source.name for source in sources] == ["kim_1001", "kim_1002"]
    assert list(said(sources).values()).count("twice") == 2


def test_names_of_others_in_a_student_s_zip_are_told(tmp_path: Path) -> None:
    files = {"kim.zip": zipped(under("Lee_772_assignsubmission_file", own(1))), "park.zip": packed(own(2))}
    sources = find(write(tmp_path, files))
    assert [source.name for source in sources] == ["Lee_772", "park"] and said(sources) == {
        "kim.zip": "around"
    }


@pytest.mark.parametrize(
    "long", ["-" * 60_000, "drive-download-" + "-" * 60_000, "vae" * 20_000, "(1" * 30_000]
)
def test_long_names_in_a_zip_take_no_time(tmp_path: Path, long: str) -> None:
    files = {f"{long}{version}/{name}": text for version in "ab" for name, text in own(1).items()}
    started = time.perf_counter()
    find(write(tmp_path, {"kim.zip": zipped(files), "lee.zip": packed(own(2))}))
    assert time.perf_counter() - started < 20  # minutes, if patterns were tried on the whole name


@pytest.mark.parametrize("form", ["{}", "{}.zip"])
def test_a_class_of_two_one_level_too_high_is_refused(tmp_path: Path, form: str) -> None:
    names = [form.format(name) for name in ("kim", "lee")]
    files = {"submissions/kim.zip": packed(own(1)), "submissions/lee.zip": packed(own(2))}
    if form == "{}":
        files = under("submissions", {**KIM, **LEE})
    assert ", ".join(names) in refused(write(tmp_path, files))


SECTIONS: list[dict[str, bytes]] = [  # each: the sections' names, and who is in them
    {**under("A", {**KIM, **LEE}), **under("B", {**PARK, **under("choi", own(4))})},
    {**under("A", KIM), **under("B", LEE)},
    {**under("A", KIM), **under("B", {**LEE, **PARK}), "list.xlsx": b""},
    {"A/kim.zip": packed(own(1)), "B/lee.zip": packed(own(2))},
    {**under("A/kim_hw7", own(1)), **under("B/lee_hw7", own(2))},
    {**under("drive-download-20261127T01Z-001/kim", own(1)), **under("drive-download-20261127T01Z-002", LEE)},
    {"A.zip": zipped({**KIM, **LEE}), "B.zip": zipped({**PARK, **under("choi", own(4))})},
]


@pytest.mark.parametrize("bulk", [False, True])
@pytest.mark.parametrize("files", SECTIONS)
def test_sections_without_an_lms_s_names_are_refused(
    tmp_path: Path, files: dict[str, bytes], bulk: bool
) -> None:
    path = write(tmp_path / "year", {"all.zip": zipped(files)} if bulk else files)
    text = refused(path / "all.zip" if bulk else path)
    assert all(top.partition("/")[0] in text for top in files if "list" not in top) and "kim" in text


CANVAS_1 = {f"kim_100{n}_500{n}_{name}": text for n in (1, 2) for name, text in own(n).items()}
CANVAS_2 = {f"lee_100{n}_600{n}_vae.zip": packed(own(n)) for n in (3, 4)}
MOODLE_1 = under("Kim_1_assignsubmission_file", own(1)) | under("Lee_2_assignsubmission_file", own(2))
MOODLE_2 = under("Park_3_assignsubmission_file", own(3))
YEARS: list[tuple[int, dict[str, bytes]]] = [
    (4, {"1.zip": zipped(CANVAS_1), "2.zip": zipped(CANVAS_2)}),
    (4, {"all/1.zip": zipped(CANVAS_1), "all/2.zip": zipped(CANVAS_2)}),
    (4, {"year.zip": zipped({"1.zip": zipped(CANVAS_1), "2.zip": zipped(CANVAS_2)})}),
    (4, {**under("1", CANVAS_1), "2.zip": zipped(CANVAS_2)}),
    (3, {"1.zip": zipped(MOODLE_1), "2.zip": zipped(MOODLE_2)}),
    (3, {**under("1", MOODLE_1), **under("2", MOODLE_2)}),
    (3, {"1.zip": zipped(CANVAS_1), "plain.zip": packed(own(3))}),
]


@pytest.mark.parametrize("bulk", [False, True])
@pytest.mark.parametrize(("count", "files"), YEARS)
def test_downloads_of_sections_are_read_wherever_they_lie(
    tmp_path: Path, count: int, files: dict[str, bytes], bulk: bool
) -> None:
    path = write(tmp_path / "year", {"all.zip": zipped(files)} if bulk else files)
    sources = find(path / "all.zip" if bulk else path)
    assert [load(source).files for source in sources] == [own(n) for n in range(1, len(sources) + 1)]
    assert len(sources) == count


@pytest.mark.parametrize(
    ("files", "names", "why"),
    [
        (under("submissions", KIM), ["submissions"], {"submissions/kim": "inside"}),
        (
            {**under("mon", KIM), **under("tue", LEE)},
            ["mon", "tue"],
            {"mon/kim, tue/lee": "inside"},
        ),
        ({**under("kim/vae-lab", own(1)), **under("lee/my_vae", own(2))}, ["kim", "lee"], {}),
        ({**under("kim/kim", own(1)), **under("lee/hw", own(2))}, ["kim", "lee"], {}),
        (
            {
                "kim/submission-20261234.zip": packed(own(1)),  # as `python -m vae submit` names it
                "kim/theory.ko.md": b"x",
                "lee/submission-20265678.zip": packed(own(2)),
            },
            ["kim", "lee"],
            {},
        ),
        ({"loss.py": b"x = 1", **under("lee", own(1))}, ["class"], {"lee": "together"}),
        ({f"kim/{name}.zip": packed(own(1)) for name in ("vae", "vae (1)")} | LEE, ["kim", "lee"], {}),
    ],
)
def test_a_folder_in_a_folder_is_named_where_it_may_be_the_student(
    tmp_path: Path, files: dict[str, bytes], names: list[str], why: dict[str, str]
) -> None:
    sources = find(write(tmp_path / "class", files))
    assert [source.name for source in sources] == names and said(sources) == why


@pytest.mark.parametrize(
    "files",
    [
        {"kim/model (1).py": b"x = 1", **LEE},
        {"kim/lab.ipynb": b"{}", **LEE},
        {**KIM, "lee.7z": b"", "park.rar": b""},
        {"kim/1/a.txt": b"", "lee/loss.py": b"x", "lee/model.py": b"x", "park/x": b""},
    ],
)
def test_a_zip_of_people_without_files_is_not_taken_for_one_hand_in(
    tmp_path: Path, files: dict[str, bytes]
) -> None:
    assert "kim, lee" in refused(write(tmp_path, {"all.zip": zipped(files)}) / "all.zip")
    write(tmp_path / "class", files)
    assert [source.name for source in find(tmp_path / "class")][:2] == ["kim", "lee"]


# --- names -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "student"),
    [
        (["오지호_20261234_1009_5080_vae.zip"], "오지호_20261234_1009"),
        (["kim_1001_5001_20261234_vae.zip"], "kim_1001"),
        (["kim_1001_5001_20261234_model.py", "kim_1001_5002_20261234_loss.py"], "kim_1001"),
        (["kim_2_1001_5001_model.py", "kim_2_1001_5002_loss.py"], "kim_2_1001"),
        (["kim_LATE_1001_5001_vae.zip"], "kim_1001"),
        (["late_1001_5001_1_2_vae.zip"], "late_1001"),
        (["anon_Zq7Xk_6010_vae_1_2.zip"], "anon_Zq7Xk"),
    ],
)
def test_numbers_in_names_of_canvas(tmp_path: Path, names: list[str], student: str) -> None:
    """A classmate is added, whose id shows how long ids are."""
    classmates = {f"lee_1002_509{n}_{name}": text for n, (name, text) in enumerate(own(1).items())}
    sources = find(write(tmp_path, {**classmates, **dict.fromkeys(names, packed(own(2)))}))
    assert {source.name for source in sources} == {"lee_1002", student}


def test_a_team_of_moodle_without_its_group_is_refused(tmp_path: Path, run: Run) -> None:
    sources = find(write(tmp_path / "class", under("Team 1_771_assignsubmission_file", own(1))))
    folder = Folder.of(tmp_path / "out", sources)
    folder.write(
        replace(failed(load(sources[0]), run, SandboxFault("gone"), ""), status="graded", score=100.0)
    )
    gradebook.write_roster(tmp_path / "out", sources, folder.names)
    book = "Identifier,Full name,Grade,Maximum Grade,Grade can be changed\nParticipant 771,Park Jihoon,,100,Yes\n"
    table = Table.read(write(tmp_path, {"book.csv": book.encode()}) / "book.csv")
    known = gradebook.CHANNELS["moodle"]
    with pytest.raises(Refusal) as caught:
        gradebook.fill(
            known, table, replace(COLUMNS, score=2), gradebook.read_roster(tmp_path / "out"), False
        )
    for language in LANGUAGES:
        text = caught.value.message.text(language)
        assert "Team 1_771" in text and "Group" in text and "book.csv" in text


COLUMNS = gradebook.Columns((0,), (), 2, None, None)


@pytest.mark.parametrize(
    ("lms", "names", "book", "taken"),
    [
        ("github", "vae-kim vae-kim-2 vae-vae-kim", "kim kim-2 vae-kim 2", "kim kim-2 vae-kim"),
        ("github", "vae-vae-kim vae-lee", "kim lee", None),
        ("github", "vae-lab-lee-kim", "kim lee-kim", None),
        ("github", "vae-lee-min vae-lee-su", "min su lee-min", None),
        ("github", "vae-lab-kim-20261 vae-lab-lee vae-lab-park", "20261 lee park", "lee park"),
        ("github", "vae-lab-kim-20261234 vae-lab-20261235", "20261234 20261235", "20261234 20261235"),
        ("", "vae-lab-lee-kim12 vae-lab-20261235", "kim12 20261235", "20261235"),
        ("moodle", "Team_1_12771 Kim_20261234_12772", "12771 12772 20261234", "20261234"),
    ],
)
def test_a_part_of_a_name_is_never_another_student(
    tmp_path: Path, lms: str, names: str, book: str, taken: str | None
) -> None:
    handed = [
        gradebook.Handed(name, name, lms, (name.split("_")[-1],), "", 1.0, 100.0) for name in names.split()
    ]
    text = "\n".join(["username,score", *(f"{login}," for login in book.split())])
    table = Table.read(write(tmp_path, {"book.csv": text.encode()}) / "book.csv")
    known = gradebook.CHANNELS["csv"]
    where = gradebook.columns(known, table, None, None)
    if taken is None:
        with pytest.raises(Refusal):
            gradebook.fill(known, table, where, handed, False)
    else:
        content = gradebook.fill(known, table, where, handed, False).content.decode()
        assert [row.split(",")[0] for row in content.splitlines() if row.endswith("1")] == taken.split()


# --- times -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stamp", "time"),
    {
        "2026-11-27 23:10:00 KST": "2026-11-27T23:10:00+09:00",
        "2026-11-27 23:10:00.5 Asia/Seoul": "2026-11-27T23:10:00+09:00",
        "2026-11-27 23:10:00 +09": "2026-11-27T23:10:00+09:00",
        "2026-11-27 23:10": "2026-11-27T23:10:00",
        "\ufeff2026-11-27 23:10:00 UTC\r\n": "2026-11-27T23:10:00+00:00",
        "2026. 11. 27. 오후 11:10:05": "2026-11-27T23:10:05",
        "2026년 11월 27일 오전 12시 05분": "2026-11-27T00:05:00",
        "2026/11/27 11:10 PM KST": "2026-11-27T23:10:00+09:00",
        "2026-11-27T14:10:00.5Z": "2026-11-27T14:10:00+00:00",
        "2026-11-27 23:10 UTC+9": "2026-11-27T23:10:00+09:00",
        "2026-12-31 24:00 EDT": "2027-01-01T00:00:00-04:00",
        "2026-11-01 01:30 America/New_York": "2026-11-01T01:30:00-04:00",
        "2026-11-27 24:10": None,
        "2026-11-27 오후 13:10": None,
        "2026-11-27": None,
        "2026-11-27 23:10:00 XYZ": None,
        "27.11.2026 23:10": None,
        "": None,
    }.items(),
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_time_stamps_are_read_or_named(tmp_path: Path, stamp: str, time: str | None, encoding: str) -> None:
    content = {**under("kim/ps1", own(1)), "kim/ps1/timestamp.txt": stamp.encode(encoding)}
    (kim,) = find(write(tmp_path / "submitted", content))
    assert (kim.origin.submitted.isoformat() if kim.origin.submitted else None) == time
    notes = load(kim).notes
    assert [note.id for note in notes] == ([] if time else ["intake.timestamp"])
    assert all("ps1/timestamp.txt" in note.text(language) for note in notes for language in LANGUAGES)
    assert (moment(stamp.strip("\ufeff")) is None) == (time is None)


# --- what the instructor reads ---------------------------------------------------------------------------


@pytest.fixture
def graded_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Grade without running anything: everybody gets 0."""

    def results(grading: Grading) -> Iterator[Result]:
        for source in grading.waiting:
            nobody = failed(load(source), grading.run, SandboxFault("gone"), "namespaces")
            yield grading.folder.keep(replace(nobody, status="graded", score=0.0))

    monkeypatch.setattr(Grading, "results", results)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_run_ends_with_what_was_passed_over(
    graded_by_name: None, autograder: Command, tmp_path: Path, language: str
) -> None:
    """A line on the terminal, the reasons on the class page (after ``report`` too), and the names in JSON."""
    path = write(tmp_path / "class", {**KIM, **LEE, "loose.py": b"", ".choi/model.py": b""})
    out = tmp_path / "out"
    ended = autograder("grade", path, "--out", out, "--lang", language)
    assert ended.status == 0 and ".choi, loose.py" in ended.out.splitlines()[-1]
    reasons = [each.text(language) for each in find(path).passed_over]
    assert len(reasons) == 2
    page = unescape((out / "index.html").read_text(encoding="utf-8"))
    assert all(reason in page for reason in reasons)
    assert autograder("report", out, "--lang", language).status == 0
    assert all(reason in unescape((out / "index.html").read_text(encoding="utf-8")) for reason in reasons)
    ended = autograder("grade", path, "--out", out, "--json")
    assert json.loads(ended.out)["passed_over"] == [".choi", "loose.py"]
    ended = autograder("grade", path, "--out", out, "--quiet")
    assert not ended.out and ".choi, loose.py" in ended.error
    for name in (".choi", "loose.py"):
        (path / name).rename(tmp_path / name)
    autograder("grade", path, "--out", out, "--lang", language)
    page = unescape((out / "index.html").read_text(encoding="utf-8"))
    assert not any(reason in page for reason in reasons)


def test_who_is_gone_is_gone(graded_by_name: None, autograder: Command, tmp_path: Path) -> None:
    """They leave the pages, the results and what ``report`` draws; the history keeps them."""
    path, out = write(tmp_path / "class", {**KIM, **LEE}), tmp_path / "out"
    autograder("grade", path, "--out", out)
    shutil.rmtree(path / "lee")
    ended = autograder("grade", path, "--out", out)
    for again in (ended, autograder("report", out)):
        assert again.status == 0 and "kim" in again.out and "lee" not in again.out
        assert "lee" not in (out / "index.html").read_text(encoding="utf-8")
        assert [page.name for page in (out / "feedback").iterdir()] == ["kim.html"]
    (old,) = (out / "history").iterdir()
    assert {str(file.relative_to(old)) for file in old.rglob("*.*")} == {
        "feedback/lee.html",
        "results/lee.json",
    }


def test_report_draws_whom_grades_csv_has(graded_by_name: None, autograder: Command, tmp_path: Path) -> None:
    path, out = write(tmp_path / "class", {**KIM, **LEE, **PARK}), tmp_path / "out"
    autograder("grade", path, "--out", out)
    rows = (out / "grades.csv").read_text(encoding="utf-8-sig").splitlines()
    (out / "grades.csv").write_text(
        "\n".join(row for row in rows if not row.startswith("lee")), encoding="utf-8-sig"
    )
    (out / "results" / "park.json").write_text("{")
    ended = autograder("report", out)
    assert ended.status == 3 and "park.json" in ended.error and "lee" not in ended.out
    assert {page.name for page in (out / "feedback").iterdir()} == {"kim.html", "park.html"}


def test_lateness_is_on_the_class_page_and_in_the_result_also_where_it_costs_nothing(
    graded_by_name: None, autograder: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = replace(homework(), late_due="2026-11-27 23:59 +09:00")
    monkeypatch.setattr("autograder.classroom.homework", lambda: due)
    stamps = {"kim": "2026-11-28 00:10:00 KST", "lee": "2026-11-28 00:10", "park": "2026-11-27 14:10 UTC"}
    files = {f"{name}/ps1/timestamp.txt": text.encode() for name, text in stamps.items()}
    for name in stamps:
        files |= under(f"{name}/ps1/vae", own(1))
    autograder("grade", write(tmp_path / "submitted", files), "--out", tmp_path / "out")
    late = {}
    for name in stamps:
        result = Result.from_json((tmp_path / "out" / "results" / f"{name}.json").read_text(encoding="utf-8"))
        late[name] = [(each.item, each.points) for each in result.adjustments]
    assert late == {"kim": [("late", 0.0)], "lee": [("late", 0.0)], "park": []}
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert page.count(">late<") == 2 and page.count(">지각<") == 2
