"""``nbgrader zip_collect`` takes the same files as ``autograder grade``, with the same code, and names the rest."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from nbformat.v4 import new_markdown_cell, new_notebook
from nbgrader.coursedir import CourseDirectory

from autograder.homework import homework
from autograder.intake import find, load
from autograder.nbgrader.amended import literal
from tests.gradebook.course import ROOT, Course, documented
from tests.test_platforms import CLASS, FOUR, canvas, moodle, own, packed, write
from tests.zips import zipped

Collect = Callable[[Mapping[str, bytes]], str]


def notebook(text: str) -> bytes:
    return json.dumps(new_notebook(cells=[new_markdown_cell(text)])).encode()


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course with the kit's configuration and a released notebook, all that collecting needs."""
    write(tmp_path / "course", {"release/ps1/lab.ipynb": notebook("answer here")})
    config = ROOT / "release" / "nbgrader" / "nbgrader_config.py"
    text = config.read_text(encoding="utf-8").replace('HandedIn.language = "ko"', 'HandedIn.language = "en"')
    (tmp_path / "course" / config.name).write_text(text, encoding="utf-8")
    return Course(tmp_path / "course")


@pytest.fixture
def collect(course: Course) -> Collect:
    """``said = collect(archive)``: run zip_collect with these files in the archive folder."""

    def collected(archive: Mapping[str, bytes]) -> str:
        folder = course.root / "downloaded" / "ps1" / "archive"
        shutil.rmtree(folder, ignore_errors=True)
        write(folder, archive)
        return course.run(f"{documented('en')[2]} --force")

    return collected


def submitted(course: Course) -> dict[str, dict[str, bytes]]:
    """Each student's files in ``submitted/``, by path."""
    found: dict[str, dict[str, bytes]] = {}
    for path in (course.root / "submitted").rglob("*"):
        if path.is_file():
            student, _, *place = path.relative_to(course.root / "submitted").parts
            found.setdefault(student, {})["/".join(place)] = path.read_bytes()
    return found


@pytest.mark.parametrize("bulk", [False, True])
@pytest.mark.parametrize("form", ["canvas", "moodle"])
def test_the_class_is_collected_as_it_is_graded(
    course: Course, collect: Collect, tmp_path: Path, form: str, bulk: bool
) -> None:
    download = canvas() if form == "canvas" else moodle()
    collect({"submissions.zip": zipped(download)} if bulk else download)
    graded = {each.name: load(each) for each in find(write(tmp_path / "class", download))}
    collected = {each.name: load(each) for each in find(course.root / "submitted")}
    assert collected.keys() == graded.keys() and len(graded) == 12
    for name, submission in graded.items():
        assert collected[name].files == submission.files
        assert {why.id for why in collected[name].problems.values()} == {
            why.id for why in submission.problems.values()
        }
    late = {name for name, files in submitted(course).items() if "timestamp.txt" in files}
    assert len(late) == (sum(each.late for each in CLASS) if form == "canvas" else 0)


def test_single_files_of_canvas_keep_their_notebooks(course: Course, collect: Collect) -> None:
    files = {f"kim_1001_{5001 + n}_{name}": text for n, (name, text) in enumerate(own(1).items())}
    files |= {"kim_1001_5010_lab.ipynb": notebook("kim's"), "lee_LATE_1002_5020_lab.ipynb": notebook("lee's")}
    files |= {"lee_LATE_1002_5021_model.py": own(2)["model.py"]}
    packed_too = {
        "lab.ipynb": notebook("anonymous"),
        "vae/model.py": own(3)["model.py"],
        "timestamp.txt": b"1999",
    }
    said = collect({"all.zip": zipped({**files, "LATE_anon_Zq7Xk_5600_ps1.zip": zipped(packed_too)})})
    found = submitted(course)
    assert {name: set(files) - {"timestamp.txt"} for name, files in found.items()} == {
        "kim_1001": {"lab.ipynb", *(f"vae/{name}" for name in FOUR)},
        "lee_1002": {"lab.ipynb", "vae/model.py"},
        "anon_Zq7Xk": {"lab.ipynb", "vae/model.py"},
    }
    whose = {name: json.loads(files["lab.ipynb"])["cells"][0]["source"] for name, files in found.items()}
    assert whose == {"kim_1001": "kim's", "lee_1002": "lee's", "anon_Zq7Xk": "anonymous"}
    assert "timestamp.txt" not in found["kim_1001"] and found["anon_Zq7Xk"]["timestamp.txt"] != b"1999"
    assert "lee_1002: The learning management system marked this submission as late, but the due date" in said


NOTEBOOKS: list[tuple[dict[str, bytes], str]] = [
    ({"lab.ipynb": b"FINAL", "lab-Copy1.ipynb": b"OLD"}, ""),
    ({"lab (1).ipynb": b"OLD", "Lab.IPYNB": b"FINAL"}, ""),
    ({"a/lab.ipynb": b"OLD", "lab.ipynb": b"FINAL"}, "several notebooks for lab.ipynb"),
    ({"final.ipynb": b"FINAL"}, "the notebook 'final.ipynb' was used"),
    ({"report.pdf": b""}, ""),
]


@pytest.mark.parametrize(("files", "said"), NOTEBOOKS)
def test_the_notebook_of_the_released_name_goes_first_and_the_choice_is_named(
    course: Course, collect: Collect, files: dict[str, bytes], said: str
) -> None:
    texts = collect({"kim.zip": zipped({**files, **own(1)}), "lee.zip": packed(own(2))})
    taken = submitted(course)["kim"]
    assert taken.get("lab.ipynb") == (b"FINAL" if b"FINAL" in files.values() else None)
    assert said in texts and ("notebook" in texts or "lab.ipynb" in texts) == bool(said)


def test_a_bad_or_doubled_hand_in_is_named_and_stops_nobody(course: Course, collect: Collect) -> None:
    windows = zipped({f"ps1\\vae\\{name}": text for name, text in own(3).items()} | {"ps1\\lab.ipynb": b"L"})
    korean = zipped({f"ZZZZZZ/{name}": text for name, text in own(4).items()})
    korean = korean.replace(b"ZZZZZZ", "홍길동".encode("cp949"))
    old, new = ({"lab.ipynb": text, **own(1, version=text.decode())} for text in (b"OLD", b"NEW"))
    said = collect(
        {
            "bad_7_80_vae.zip": packed(own(6))[:-40],
            "kang_3_85_vae.zip": windows,
            "hong_4_86_vae.zip": korean,
            "kim_1_90_ps1.zip": zipped(old),
            "kim_1_101_ps1-1.zip": zipped(new),
            "memo.txt": b"",
        }
    )
    found = submitted(course)
    assert found.keys() == {"bad_7", "kang_3", "hong_4", "kim_1"}
    assert found["kim_1"]["lab.ipynb"] == b"NEW" and b"NEW" in found["kim_1"]["vae/model.py"]
    assert {f"vae/{name}": text for name, text in own(3).items()}.items() <= found["kang_3"].items()
    assert found["hong_4"] == {f"vae/{name}": text for name, text in own(4).items()}
    assert "bad_7: 'vae.zip' can't be opened" in said and "'memo.txt'" in said and "kim_1_90_ps1.zip" in said
    assert load(find(course.root / "submitted")[0]).problems["model.py"].id == "intake.zip_broken"


def test_a_large_notebook_in_a_zip_in_a_zip_is_collected(course: Course, collect: Collect) -> None:
    large = notebook("x" * 35_000_000)
    collect({"all.zip": zipped({f"kim_100{n}_500{n}_hw.zip": zipped({"lab.ipynb": large}) for n in (1, 2)})})
    assert [files["lab.ipynb"] == large for files in submitted(course).values()] == [True, True]


def test_one_hand_in_without_a_name_is_refused(course: Course, collect: Collect) -> None:
    folder = course.root / "downloaded" / "ps1" / "archive"
    write(folder, own(1))
    assert "names no student" in course.run(documented("en")[2], status=1)


# --- what the kit changes in nbgrader --------------------------------------------------------------------


def test_a_name_with_brackets_stands_for_itself(tmp_path: Path) -> None:
    for name in ("kim [A]", "kimA", "lee"):
        write(tmp_path, {f"{name}/ps1/lab.ipynb": b""})
    assert literal(str(tmp_path / "kim [A]" / "ps1" / "*.ipynb")) == [str(tmp_path / "kim [A]/ps1/lab.ipynb")]
    assert literal(str(tmp_path / "kim [A]" / "ps1")) == [str(tmp_path / "kim [A]" / "ps1")]
    assert len(literal(str(tmp_path / "*" / "ps1"))) == 3


@pytest.mark.parametrize(
    ("stamp", "time"),
    [
        ("2026-11-27 23:10:00 KST", datetime(2026, 11, 27, 14, 10)),
        ("\ufeff2026-11-27 14:10:00 UTC", datetime(2026, 11, 27, 14, 10)),
        ("2026-11-27 14:10:00", datetime(2026, 11, 27, 14, 10)),
        ("yesterday", None),
    ],
)
def test_time_stamps_end_no_run(tmp_path: Path, stamp: str, time: datetime | None) -> None:
    write(tmp_path, {"timestamp.txt": stamp.encode()})
    assert CourseDirectory().get_existing_timestamp(str(tmp_path)) == time
    assert CourseDirectory().get_existing_timestamp(str(tmp_path / "nowhere")) is None


def test_a_mark_of_lateness_becomes_the_first_second_after_the_due_date(
    course: Course, collect: Collect, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = replace(homework(), late_due="2026-11-27 23:59 +09:00")
    monkeypatch.setattr("autograder.nbgrader.collector.homework", lambda: due)
    said = collect(
        {f"kim_LATE_1001_5001_{name}": text for name, text in own(1, ("model.py", "loss.py")).items()}
    )
    assert submitted(course)["kim_1001"]["timestamp.txt"] == b"2026-11-27 14:59:01 UTC\n"
    assert "due date is unknown" not in said


def test_times_of_a_platform_become_time_stamps(course: Course, collect: Collect) -> None:
    record = "submission_1:\n  :submitters:\n  - :name: Kim\n    :sid: '1'\n  :created_at: 2026-11-27 14:03:05 +0900\n"
    collect({"submission_metadata.yml": record.encode(), "submission_1/model.py": b"x = 1"})
    assert submitted(course)["Kim_1"]["timestamp.txt"] == b"2026-11-27 05:03:05 UTC\n"
