"""Intake: every shape of hand-in is found, all bad content is named, no link is followed, nothing is extracted."""

from __future__ import annotations

import io
import os
import random
import socket
import stat
import string
import struct
import tracemalloc
import unicodedata
import zipfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from zlib import crc32

import pytest

from autograder.intake import Source, Submission, archive, find, load, tree
from autograder.messages import Message, Refusal, catalogue
from tests.zips import zipped

FOUR = ("model.py", "loss.py", "training.py", "latent.py")
GOOD = {name: f"NAME = {name!r}\n".encode() for name in FOUR}
Files = Mapping[str, bytes]


def under(folder: str, files: Files = GOOD) -> dict[str, bytes]:
    return {f"{folder}/{name}": content for name, content in files.items()}


def write(root: Path, files: Files) -> Path:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


def names(path: Path) -> list[str]:
    return [source.name for source in find(path)]


def only(path: Path) -> Submission:
    (source,) = find(path)
    return load(source)


def load_zip(tmp_path: Path, content: bytes) -> Submission:
    path = tmp_path / "kim.zip"
    path.write_bytes(content)
    return load(Source("kim", path))


def load_folder(tmp_path: Path, files: Files) -> Submission:
    return load(Source("kim", write(tmp_path / "kim", files)))


def ids(messages: tuple[Message, ...]) -> list[str]:
    return [message.id for message in messages]


def everywhere(submission: Submission, message_id: str) -> bool:
    """Whether no file is usable, all for this one reason."""
    reasons = {problem.id for problem in submission.problems.values()}
    return not submission.files and set(submission.problems) == set(FOUR) and reasons == {message_id}


# ---------------------------------------------------------------- find


def test_class_folder_of_folders_and_zips_is_sorted_and_leaves_strays_alone(tmp_path: Path) -> None:
    write(tmp_path, {**under("lee"), **under("박서준/deep/er"), "kim.ZIP": zipped(GOOD), "notes.txt": b"x"})
    write(
        tmp_path,
        {".DS_Store": b"", "__MACOSX/kim/model.py": b"", ".git/model.py": b"", "model_extra.py": b""},
    )
    assert names(tmp_path) == ["kim", "lee", "박서준"]
    assert all(load(source).files == GOOD for source in find(tmp_path))


def test_empty_student_folder_is_a_submission_too(tmp_path: Path) -> None:
    (tmp_path / "kim").mkdir()
    assert everywhere(only(tmp_path), "intake.missing")


def test_nbgrader_tree(tmp_path: Path) -> None:
    write(tmp_path / "submitted", {**under("kim/vae"), **under("lee/vae"), "lee/vae/timestamp.txt": b"x"})
    sources = find(tmp_path / "submitted")
    assert [source.name for source in sources] == ["kim", "lee"]
    assert all(load(source).files == GOOD for source in sources)


@pytest.mark.parametrize(
    "files", [GOOD, under("vae"), {"model.py": b""}, {"vae/latent.py": b""}, {"Loss.PY": b""}]
)
def test_single_folder(tmp_path: Path, files: Files) -> None:
    assert names(write(tmp_path / "kim", files)) == ["kim"]


@pytest.mark.parametrize("folder", ["", "vae/", "a/b/", "hw/vae/", "VAE/"])
def test_single_zip_with_the_files_at_any_depth(tmp_path: Path, folder: str) -> None:
    write(tmp_path, {"kim.zip": zipped({folder + name: content for name, content in GOOD.items()})})
    assert names(tmp_path / "kim.zip") == ["kim"]
    assert only(tmp_path / "kim.zip").files == GOOD


def test_single_zip_with_files_scattered_over_folders_is_one_student(tmp_path: Path) -> None:
    scattered = {f"{index}/{name}": GOOD[name] for index, name in enumerate(FOUR)}
    write(tmp_path, {"kim.zip": zipped(scattered)})
    assert only(tmp_path / "kim.zip").files == GOOD


@pytest.mark.parametrize("wrapper", ["", "submissions/", "a/b/"])
def test_bulk_zip_of_folders_and_zips(tmp_path: Path, wrapper: str) -> None:
    content = {**under(f"{wrapper}lee"), **under(f"{wrapper}kim/x/vae"), f"{wrapper}choi.zip": zipped(GOOD)}
    content |= {f"{wrapper}empty/readme.txt": b"", "__MACOSX/x": b""}
    write(tmp_path, {"all.zip": zipped(content)})
    sources = find(tmp_path / "all.zip")
    assert [source.name for source in sources] == ["choi", "empty", "kim", "lee"]
    assert [load(source).files == GOOD for source in sources] == [True, False, True, True]


def test_bulk_zip_of_zips_alone(tmp_path: Path) -> None:
    write(tmp_path, {"all.zip": zipped({"kim.zip": zipped(under("vae")), "lee.zip": zipped(GOOD)})})
    assert [(source.name, load(source).files == GOOD) for source in find(tmp_path / "all.zip")] == [
        ("kim", True),
        ("lee", True),
    ]


def test_zip_with_code_and_report_zips_is_one_student(tmp_path: Path) -> None:
    write(tmp_path, {"kim.zip": zipped({"code.zip": zipped(GOOD), "report.zip": zipped({"a.pdf": b""})})})
    assert only(tmp_path / "kim.zip").files == GOOD


def test_moodle_folders_in_a_folder_and_in_a_zip(tmp_path: Path) -> None:
    content = under("Kim Minji_12_assignsubmission_file")
    write(tmp_path / "class", content)
    write(tmp_path, {"moodle.zip": zipped(content)})
    assert names(tmp_path / "class") == names(tmp_path / "moodle.zip") == ["Kim Minji_12"]
    assert only(tmp_path / "moodle.zip").files == GOOD


def canvas(student: str, first_upload: int = 100) -> dict[str, bytes]:
    return {f"{student}_{first_upload + i}_{name}": GOOD[name] for i, name in enumerate(FOUR)}


@pytest.mark.parametrize("bulk", [False, True])
def test_canvas_single_files_are_gathered_by_student(tmp_path: Path, bulk: bool) -> None:
    content = {
        **canvas("doejane_LATE_12345"),
        **canvas("doejane_777"),
        **canvas("anon_aB3dE"),
        **canvas("김민지_9"),
    }
    content |= {"doejane_12345_999_essay.pdf": b"x", "roe_5_6_vae.zip": zipped(GOOD), "stray.py": b""}
    path = write(tmp_path / "class", {"all.zip": zipped(content)} if bulk else content)
    sources = find(path / "all.zip" if bulk else path)
    assert [source.name for source in sources] == [
        "anon_aB3dE",
        "doejane_12345",
        "doejane_777",
        "roe_5",
        "김민지_9",
    ]
    assert all(load(source).files == GOOD for source in sources)


@pytest.mark.parametrize("times", [1, 2, 3])
def test_zips_packed_again_and_again_are_opened(tmp_path: Path, times: int) -> None:
    """They lie in a class folder, in a student's own folder, and in the zip of a whole class."""
    again = nested(under("vae"), times)
    write(tmp_path / "class", {"kim.zip": zipped({"code.zip": again}), "lee/report/hw.zip": again})
    write(tmp_path, {"all.zip": zipped({"kim.zip": again, "lee.zip": again, "park.zip": again})})
    assert [load(source).files for source in find(tmp_path / "class")] == [GOOD, GOOD]
    assert [load(source).files for source in find(tmp_path / "all.zip")] == [GOOD, GOOD, GOOD]


def test_canvas_numbered_file_counts_and_of_two_uploads_the_last(tmp_path: Path) -> None:
    content = {
        "kim_1_90_model.py": b"old = 1",
        "kim_1_101_model-2.py": b"new = 1",
        "kim_1_99_loss-1.py": b"x = 1",
    }
    submission = only(write(tmp_path, content))
    assert submission.files == {"model.py": b"new = 1", "loss.py": b"x = 1"}
    assert ids(submission.notes) == ["intake.newest"]
    assert "kim_1_101_model-2.py" in submission.notes[0].text("ko")


def test_two_hand_ins_with_one_name_are_both_kept(tmp_path: Path) -> None:
    write(tmp_path, {**under("kim"), "kim.zip": zipped(GOOD), "kim (2)/model.py": b""})
    sources = find(tmp_path)
    assert [source.name for source in sources] == ["kim", "kim (2)", "kim (3)"]
    assert [ids(source.notes) for source in sources] == [["intake.same_name"]] * 3
    assert "'kim.zip'" in load(sources[2]).notes[0].text("en")


def test_archives_that_are_no_zips_are_not_overlooked(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"kim.tar.gz": b"x", "lee.7z": b"x", "park/hw.egg": b"x", "han.gz": b"x", "min.tar.zst": b""},
    )
    sources = find(tmp_path)
    assert [source.name for source in sources] == ["han", "kim", "lee", "min", "park"]
    assert all(everywhere(load(source), "intake.archive") for source in sources)


def test_names_are_composed_unicode_without_control_characters(tmp_path: Path) -> None:
    write(tmp_path, {f"{unicodedata.normalize('NFD', '홍길동')}/model.py": b"", "a\nb\x1b[31m/model.py": b""})
    (tmp_path / os.fsdecode("김민지".encode("cp949"))).mkdir()
    assert names(tmp_path) == ["a\ufffdb\ufffd[31m", "김민지", "홍길동"]


@pytest.mark.parametrize(
    ("content", "path", "message_id"),
    [
        ({}, "nowhere", "intake.no_path"),
        ({"empty/notes.txt": b"", "empty/.git/model.py": b""}, "empty", "intake.nothing_found"),
        ({"kim.txt": b""}, "kim.txt", "intake.not_submissions"),
    ],
)
def test_nothing_to_grade_is_said(tmp_path: Path, content: Files, path: str, message_id: str) -> None:
    with pytest.raises(Refusal) as caught:
        find(write(tmp_path, content) / path)
    assert caught.value.message.id == message_id
    assert path in str(caught.value) and path in caught.value.message.text("ko")


def test_a_loop_of_links_is_no_path(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(Refusal):
        find(tmp_path / "loop")


def test_the_instructor_may_point_through_a_link(tmp_path: Path) -> None:
    write(tmp_path / "real", GOOD)
    (tmp_path / "kim").symlink_to("real")
    assert [(source.name, load(source).files) for source in find(tmp_path / "kim")] == [("kim", GOOD)]


def test_a_student_that_is_a_link_gets_nothing_but_a_reason(tmp_path: Path) -> None:
    write(tmp_path / "secret", GOOD)
    write(tmp_path, {"secret.zip": zipped(GOOD), "class/notes.txt": b""})
    (tmp_path / "class/kim").symlink_to(tmp_path / "secret")
    (tmp_path / "class/lee.zip").symlink_to(tmp_path / "secret.zip")
    (tmp_path / "class/loop").symlink_to("loop")
    sources = find(tmp_path / "class")
    assert [source.name for source in sources] == ["kim", "lee"]
    assert all(everywhere(load(source), "intake.link") for source in sources)


# ---------------------------------------------------------------- load: which file counts


CHOICES: list[tuple[Files, str | None, str]] = [
    ({"model.py": b"a"}, "model.py", ""),
    ({"a/b/c/d/model.py": b"a"}, "a/b/c/d/model.py", ""),
    ({"model.py": b"a", "vae/model.py": b"b"}, "vae/model.py", "intake.several"),
    ({"x/vae/model.py": b"a", "x/model.py": b"b", "y/model.py": b"c"}, "x/vae/model.py", "intake.several"),
    ({"old/model.py": b"a", "VAE/Model.py": b"b"}, "VAE/Model.py", "intake.letter_case"),
    ({"src/Model.PY": b"a"}, "src/Model.PY", "intake.letter_case"),
    ({"vae/Model.py": b"a", "vae/model.py": b"b"}, "vae/model.py", "intake.several"),
    ({"a/model.py": b"a", "b/model.py": b"b"}, None, "intake.ambiguous"),
    ({"a/model.py": b"a", "b/model.py": b"a"}, "a/model.py", ""),
    ({"a/Model.py": b"a", "b/MODEL.py": b"a"}, "a/Model.py", "intake.letter_case"),
    ({"a/vae/model.py": b"a", "model.py": b"a"}, "a/vae/model.py", ""),
    ({"a/vae/model.py": b"a", "b/vae/model.py": b"b", "model.py": b"c"}, None, "intake.ambiguous"),
    ({"a/Model.py": b"a", "b/MODEL.py": b"b"}, None, "intake.ambiguous"),
    ({"model (1).py": b"a"}, None, "intake.similar"),
    ({"20261234_model.py": b"a"}, None, "intake.similar"),
    ({"model.py ": b"a"}, None, "intake.similar"),
    ({"vae/Model.TXT": b"a"}, None, "intake.similar"),
    ({"vae/model": b"a"}, None, "intake.similar"),
    ({"checks/test_1_model.py": b"a", "model.csv": b"a", "remodelled.md": b""}, None, "intake.missing"),
    ({"vae/model.py.txt": b"a"}, None, "intake.similar"),
    ({"vae.ipynb": b"{}"}, None, "intake.notebook"),
    ({"code.rar": b"x"}, None, "intake.archive"),
    ({"readme.md": b"x"}, None, "intake.missing"),
    ({"__MACOSX/vae/model.py": b"x", "vae/._model.py": b"x"}, None, "intake.missing"),
    (
        {".ipynb_checkpoints/model.py": b"x", "__pycache__/model.py": b"", ".git/model.py": b""},
        None,
        "intake.missing",
    ),
    ({"vae/model.py": b"a", "venv/lib/site-packages/vae/model.py": b"b"}, "vae/model.py", ""),
]


@pytest.mark.parametrize("kind", ["folder", "zip"])
@pytest.mark.parametrize(("content", "chosen", "message_id"), CHOICES)
def test_which_file_counts(
    tmp_path: Path, kind: str, content: Files, chosen: str | None, message_id: str
) -> None:
    submission = load_zip(tmp_path, zipped(content)) if kind == "zip" else load_folder(tmp_path, content)
    assert submission.files.get("model.py") == (content[chosen] if chosen else None)
    assert ("model.py" in submission.problems) == (chosen is None)
    said = submission.notes if chosen else (submission.problems["model.py"],)
    assert message_id in ids(said) if message_id else not said


def test_an_ambiguous_file_names_both_and_costs_only_itself(tmp_path: Path) -> None:
    submission = load_folder(tmp_path, {**under("a"), "b/loss.py": b""})
    assert set(submission.files) == set(FOUR) - {"loss.py"}
    for language in ("en", "ko"):
        text = submission.problems["loss.py"].text(language)
        assert "a/loss.py" in text and "b/loss.py" in text


def test_digest_depends_on_names_and_contents_alone(tmp_path: Path) -> None:
    digest = load_folder(tmp_path, under("vae")).digest
    assert digest == load_zip(tmp_path, zipped({**under("x/y"), "report.pdf": b"x"})).digest
    changed = dict.fromkeys(FOUR[:2], b"x")
    swapped = {FOUR[0]: b"", FOUR[1]: b"xx"}
    digests = {load_zip(tmp_path, zipped(files)).digest for files in (GOOD, changed, swapped, {"x": b""})}
    assert digest in digests and len(digests) == 4 and all(len(each) == 64 for each in digests)


# ---------------------------------------------------------------- load: what a file may contain


HANGUL = "x = '한글'\n"
CONTENTS: list[tuple[bytes, str | None]] = [
    (b"", None),
    (HANGUL.encode(), None),
    (b"\xef\xbb\xbfx = 1\n", None),
    (("# -*- coding: cp949 -*-\n" + HANGUL).encode("cp949"), None),
    (b"#!/usr/bin/python\n# vim: set fileencoding=latin-1 :\nx = '\xe9'\n", None),
    (b"x = (\n", None),  # a syntax error is for the checks to report
    (b"#" * 1_000_000, None),
    (b"#" * 1_000_001, "intake.too_big"),
    (b"x = 1\0\n", "intake.nul"),
    (HANGUL.encode("utf-16-le"), "intake.nul"),
    (HANGUL.encode("utf-32"), "intake.nul"),
    (HANGUL.encode("cp949"), "intake.encoding"),
    (b"# coding: utf-8\nx = '\xff'\n", "intake.encoding"),
    (b"# coding: no-such-thing\n", "intake.encoding"),
    (b"# coding: punycode\n" + b"a" * 900_000, "intake.encoding"),
    (b"# coding: zlib\n", "intake.encoding"),
    (b"# coding: unicode_escape\nx = 1\n", "intake.encoding"),
    (b"\xef\xbb\xbf# coding: cp949\n", "intake.encoding"),
    (b"\xff\xfe\x00\xd8", "intake.encoding"),
    (b"\xff\xfe\x00", "intake.encoding"),
]


@pytest.mark.parametrize("kind", ["folder", "zip"])
@pytest.mark.parametrize(("content", "message_id"), CONTENTS)
def test_contents(tmp_path: Path, kind: str, content: bytes, message_id: str | None) -> None:
    files = {**GOOD, "vae/latent.py": content}
    submission = load_zip(tmp_path, zipped(files)) if kind == "zip" else load_folder(tmp_path, files)
    problem = submission.problems.get("latent.py")
    assert (problem.id if problem else None) == message_id
    assert submission.files.get("latent.py") == (None if message_id else content)
    assert set(submission.files) >= set(FOUR[:3])


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_with_a_mark_is_converted_with_a_note(tmp_path: Path, encoding: str) -> None:
    submission = load_folder(tmp_path, {"model.py": ("\ufeff" + HANGUL).encode(encoding)})
    assert submission.files["model.py"].decode() == HANGUL
    assert ids(submission.notes) == ["intake.utf16"]


# ---------------------------------------------------------------- load: folders


def test_links_are_refused_and_never_followed(tmp_path: Path) -> None:
    write(tmp_path / "outside", {"model.py": b"secret = 1", "sub/loss.py": b"secret = 1"})
    kim = write(tmp_path / "kim", {"training.py": b"x = 1", "latent.py": b"x = 1"})
    (kim / "model.py").symlink_to(tmp_path / "outside/model.py")
    (kim / "lib").symlink_to(tmp_path / "outside/sub")
    submission = load(Source("kim", kim))
    assert set(submission.files) == {"training.py", "latent.py"}
    assert submission.problems["model.py"].id == "intake.link"
    assert submission.problems["loss.py"] == Message("intake.link_folder", {"path": "lib"})


def test_a_link_in_vae_counts_before_a_file_elsewhere(tmp_path: Path) -> None:
    kim = write(tmp_path / "kim", {"model.py": b"x = 1", "vae/loss.py": b"x = 1"})
    (kim / "vae/model.py").symlink_to("../model.py")
    assert load(Source("kim", kim)).problems["model.py"] == Message("intake.link", {"path": "vae/model.py"})


def test_fifos_and_devices_do_not_hold_up_the_grader(tmp_path: Path) -> None:
    kim = write(tmp_path / "class/kim", {"model.py": b"x = 1"})
    os.mkfifo(kim / "loss.py")
    os.mkfifo(tmp_path / "class/lee.zip")
    (kim / "latent.py").symlink_to("/dev/zero")
    kim_source, lee_source = find(tmp_path / "class")
    problems = load(kim_source).problems
    assert problems["loss.py"].id == "intake.not_file" and problems["latent.py"].id == "intake.link"
    assert everywhere(load(lee_source), "intake.not_file")


def test_sockets_and_devices_are_no_files(tmp_path: Path) -> None:
    kim = write(tmp_path / "class/kim", {"training.py": b"x = 1"})
    with socket.socket(socket.AF_UNIX) as first, socket.socket(socket.AF_UNIX) as second:
        first.bind(str(kim / "model.py"))
        second.bind(str(tmp_path / "class/lee.zip"))
    made = {"loss.py": stat.S_IFCHR, "latent.py": stat.S_IFBLK} if os.geteuid() == 0 else {}
    for name, kind in made.items():
        os.mknod(kim / name, kind | 0o644, os.makedev(1, 5))
    kim_source, lee_source = find(tmp_path / "class")
    problems = load(kim_source).problems
    assert {problems[name].id for name in ("model.py", *made)} == {"intake.not_file"}
    assert everywhere(load(lee_source), "intake.not_file")


def test_a_hard_link_is_an_ordinary_file(tmp_path: Path) -> None:
    """Backups and packers make hard links. Anyone who may link a file may read it, and could have copied it."""
    kim = write(tmp_path / "kim", {"model.py": b"x = 1"})
    os.link(kim / "model.py", kim / "loss.py")
    assert set(load(Source("kim", kim)).files) == {"model.py", "loss.py"}


def test_a_folder_called_like_a_file_makes_no_single_hand_in(tmp_path: Path) -> None:
    write(tmp_path, {**under("kim"), "model.py/notes.txt": b"", "vae/loss.py/notes.txt": b""})
    assert names(tmp_path) == ["kim", "model.py", "vae"]


def test_a_thousand_levels_are_cut_off_in_a_folder_and_are_only_a_name_in_a_zip(tmp_path: Path) -> None:
    kim, here = write(tmp_path / "kim", {"vae/loss.py": b"x = 1"}), os.getcwd()
    try:
        os.chdir(kim)
        for _ in range(1_000):  # one by one: the whole path is longer than some calls accept
            os.mkdir("d")
            os.chdir("d")
        Path("model.py").write_bytes(b"x = 1")
        submission = load(Source("kim", kim))
    finally:
        Path("model.py").unlink()
        for _ in range(1_000):
            os.chdir("..")
            os.rmdir("d")
        os.chdir(here)
    assert set(submission.files) == {"loss.py"}
    assert submission.problems["model.py"].id == "intake.folder_too_large"
    deep = load_zip(tmp_path, zipped({"d/" * 1_000 + "model.py": b"x = 1"}))
    assert set(deep.files) == {"model.py"}


def test_a_source_of_200_mb_is_not_read_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "kim").mkdir()
    with open(tmp_path / "kim/model.py", "wb") as file:
        file.truncate(200 << 20)
    packed = zipped({"model.py": bytes(200 << 20)})
    tracemalloc.start()
    try:
        in_a_folder, in_a_zip = load(Source("kim", tmp_path / "kim")), load_zip(tmp_path, packed)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert in_a_folder.problems["model.py"].id == in_a_zip.problems["model.py"].id == "intake.too_big"
    assert most < 16 << 20


def test_a_folder_called_like_a_file_is_not_the_file(tmp_path: Path) -> None:
    submission = load_folder(tmp_path, {"model.py/x.txt": b"", "a/loss.py": b"x = 1"})
    assert set(submission.files) == {"loss.py"} and submission.problems["model.py"].id == "intake.missing"


def test_errors_of_the_file_system_become_problems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kim = write(tmp_path / "kim", {"vae/model.py": b"x = 1", "locked/loss.py": b"x = 1"})
    scandir, opened = os.scandir, os.open

    def failing_scandir(path: Path):  # type: ignore[no-untyped-def]
        if Path(path).name == "locked":
            raise PermissionError(13, "no")
        return scandir(path)

    def failing_open(path: Path, flags: int) -> int:
        if Path(path).name == "model.py":
            raise PermissionError(13, "no")
        return opened(path, flags)

    monkeypatch.setattr(os, "scandir", failing_scandir)
    monkeypatch.setattr(os, "open", failing_open)
    problems = load(Source("kim", kim)).problems
    assert problems["model.py"].id == "intake.unreadable"
    assert problems["loss.py"] == Message("intake.folder_unreadable", {"path": "locked"})


@pytest.mark.parametrize("name", ["kim", "kim.zip"])
def test_a_source_that_vanished_is_not_the_students_doing(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileNotFoundError):
        load(Source("kim", tmp_path / name))


def test_limits_of_the_walk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = "/".join("d" * 45)
    submission = load_folder(tmp_path, {f"{deep}/model.py": b"x = 1", "vae/loss.py": b"x = 1"})
    assert set(submission.files) == {"loss.py"}
    assert submission.problems["model.py"].id == "intake.folder_too_large"

    monkeypatch.setattr(tree, "FOLDER_ENTRIES", 60)
    monkeypatch.setattr(tree, "ONE_FOLDER_ENTRIES", 20)
    write(tmp_path / "kim", {f"data/{i:03}.png": b"" for i in range(100)})
    submission = load(Source("kim", tmp_path / "kim"))
    assert set(submission.files) == {"loss.py"}, "a folder full of pictures hides its neighbours"
    assert "intake.folder_too_large" in {problem.id for problem in submission.problems.values()}


def test_a_zip_in_a_folder_is_opened_for_what_is_missing(tmp_path: Path) -> None:
    packed = zipped(under("vae"))
    assert load_folder(tmp_path / "zip alone", {"hw.zip": packed, "report.pdf": b""}).files == GOOD
    same = load_folder(tmp_path / "same", {"hw.zip": packed, "model.py": GOOD["model.py"]})
    assert same.files == GOOD and not same.notes
    other = load_folder(tmp_path / "other", {"hw.zip": packed, "model.py": b"x = 1"})
    assert other.files == {**GOOD, "model.py": b"x = 1"} and ids(other.notes) == ["intake.outside"]
    assert "hw.zip/vae/model.py" in other.notes[0].text("ko")
    whole = load_folder(tmp_path / "whole", {**GOOD, "broken.zip": b"x"})
    assert whole.files == GOOD and not whole.notes


# ---------------------------------------------------------------- load: zips


def member(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, mode << 16
    return info


def zipped_members(*members: tuple[zipfile.ZipInfo, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for info, content in members:
            file.writestr(info, content)
    return buffer.getvalue()


def patched(content: bytes, local: int, central: int, value: bytes) -> bytes:
    """The zip with ``value`` at these offsets of each local and each central header."""
    data = bytearray(content)
    for signature, offset in ((b"PK\3\4", local), (b"PK\1\2", central)):
        at = data.find(signature)
        while at >= 0:
            data[at + offset : at + offset + len(value)] = value
            at = data.find(signature, at + 4)
    return bytes(data)


def nested(files: Files, times: int) -> bytes:
    """The files in a zip, in a zip, and so on: ``times`` zips."""
    content = zipped(files)
    for number in range(times - 1):
        content = zipped({f"{number}.zip": content})
    return content


def zipped_raw(files: Mapping[bytes, bytes]) -> bytes:
    """A zip with names that zipfile refuses to write."""
    body, contents = b"", b""
    for name, content in files.items():
        at, size = len(body), len(content)
        body += struct.pack(
            "<4s5H3I2H", b"PK\3\4", 20, 0x800, 0, 0, 0, crc32(content), size, size, len(name), 0
        )
        body += name + content
        facts = (20, 20, 0x800, 0, 0, 0, crc32(content), size, size, len(name), 0, 0, 0, 0, 0, at)
        contents += struct.pack("<4s6H3I5H2I", b"PK\1\2", *facts) + name
    end = (0, 0, len(files), len(files), len(contents), len(body), 0)
    return body + contents + struct.pack("<4s4H2IH", b"PK\5\6", *end)


BROKEN: list[tuple[str, bytes, str]] = [
    ("no bytes", b"", "intake.zip_empty"),
    ("no members", zipped({}), "intake.zip_empty"),
    ("text", b"this is not a zip", "intake.zip_broken"),
    ("rar", b"Rar!\x1a\x07\x00" + b"x" * 500, "intake.zip_broken"),
    ("cut off", zipped(GOOD)[:-40], "intake.zip_broken"),
    ("names that are no UTF-8", patched(zipped(under("é")), 30, 46, b"\xff\xff"), "intake.zip_broken"),
    ("encrypted", patched(zipped(GOOD), 6, 8, b"\x01\x00"), "intake.encrypted"),
    ("strongly encrypted", patched(zipped(GOOD), 6, 8, b"\x41\x00"), "intake.encrypted"),
    ("patch data", patched(zipped(GOOD), 6, 8, b"\x20\x00"), "intake.unreadable"),
    ("bzip2", zipped(GOOD, zipfile.ZIP_BZIP2), "intake.compression"),
    ("lzma", zipped(GOOD, zipfile.ZIP_LZMA), "intake.compression"),
    ("unknown method", patched(zipped(GOOD), 8, 10, b"\x63\x00"), "intake.compression"),
    ("wrong checksum", patched(zipped(GOOD), 14, 16, b"\0\0\0\0"), "intake.unreadable"),
    (
        "lies: smaller",
        patched(zipped(dict.fromkeys(FOUR, b"#" * 9000)), 22, 24, b"\x09\0\0\0"),
        "intake.unreadable",
    ),
    ("lies: larger", patched(zipped(GOOD), 22, 24, b"\0\0\0\x10"), "intake.too_big"),
    ("too many", zipped({**GOOD, **{f"{i}.txt": b"" for i in range(10_000)}}), "intake.zip_entries"),
    ("bomb", zipped(dict.fromkeys(FOUR, b"#" * 30000000)), "intake.too_big"),
    ("zip in zip, broken", zipped({"a.zip": zipped(GOOD)[:-40]}), "intake.zip_broken"),
    ("zip in zip, bomb", zipped({"a.zip": b"#" * 30_000_000}), "intake.too_big"),
    ("zip in zip, encrypted", patched(zipped({"a.zip": b"x"}), 6, 8, b"\x01\x00"), "intake.encrypted"),
    (
        "zip in zip, too many",
        zipped({"a.zip": zipped({f"{i}": b"" for i in range(10_001)})}),
        "intake.zip_entries",
    ),
    ("five zips in one another", zipped({"a.zip": nested(GOOD, 4)}), "intake.zip_unopened"),
    ("names without letters", zipped_raw({b"": b"x", b"/": b"", b"..": b"", b".": b"x"}), "intake.missing"),
    (
        "a link to a folder vae",
        zipped_members((member("hw/vae", stat.S_IFLNK | 0o777), b"/etc")),
        "intake.link_folder",
    ),
    (
        "zip of a zip with such a link",
        zipped({"a.zip": zipped_members((member("vae", stat.S_IFLNK), b"/etc"))}),
        "intake.link_folder",
    ),
]


@pytest.mark.parametrize(
    ("content", "message_id"), [each[1:] for each in BROKEN], ids=[each[0] for each in BROKEN]
)
def test_bad_zips(tmp_path: Path, content: bytes, message_id: str) -> None:
    submission = load_zip(tmp_path, content)
    assert everywhere(submission, message_id)
    assert names(tmp_path / "kim.zip") == ["kim"]


def streamed(files: Files) -> bytes:
    """A zip by a program that can't seek back: sizes after the data, in 64 bits, and a long comment at the end."""
    buffer = io.BytesIO()
    buffer.seekable = lambda: False  # type: ignore[method-assign]
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            with file.open(name, "w", force_zip64=True) as inside:
                inside.write(content)
        file.comment = b"made by hand " * 5_000
    return buffer.getvalue()


UNUSUAL = {
    "streamed, zip64, with a comment": streamed(GOOD),
    "behind a program that unpacks it": b"MZ" + bytes(5_000) + zipped(GOOD),
    "zeros at the end": zipped(GOOD) + bytes(500),
    "stored": zipped(GOOD, zipfile.ZIP_STORED),
    "names of Windows": zipped_raw({f"hw\\vae\\{name}".encode(): content for name, content in GOOD.items()}),
    "reserved names beside": zipped(
        {**under("CON/vae"), "CON/NUL": b"", "CON/aux.py": b"", "a" * 60_000: b""}
    ),
    "names without letters beside": zipped_raw(
        {b"": b"x", **{name.encode(): text for name, text in GOOD.items()}}
    ),
    "an environment beside": zipped({**under("vae"), **{f"venv/{i}.py": b"" for i in range(10_001)}}),
}


@pytest.mark.parametrize("content", UNUSUAL.values(), ids=UNUSUAL.keys())
def test_unusual_zips_that_people_could_open_are_opened(tmp_path: Path, content: bytes) -> None:
    submission = load_zip(tmp_path, content)
    assert submission.files == GOOD and not submission.problems


@pytest.mark.parametrize(
    "name",
    [
        "/vae/model.py",
        "../../../vae/model.py",
        "..\\..\\vae\\model.py",
        "C:\\Users\\kim\\vae\\model.py",
        "//server/share/vae/model.py",
        "./vae/./model.py",
    ],
)
def test_odd_member_names_are_only_names(tmp_path: Path, name: str) -> None:
    before = sorted(tmp_path.parent.rglob("*"))
    submission = load_zip(tmp_path, zipped({name: b"right = 1", "model.py": b"wrong = 1"}))
    assert submission.files["model.py"] == b"right = 1"
    assert sorted(tmp_path.parent.rglob("*")) == sorted([*before, tmp_path / "kim.zip"])


@pytest.mark.parametrize(
    ("mode", "message_id"),
    [
        (stat.S_IFLNK | 0o777, "intake.link"),
        (stat.S_IFIFO | 0o644, "intake.not_file"),
        (stat.S_IFCHR | 0o644, "intake.not_file"),
        (stat.S_IFREG | 0o644, None),
        (0o600, None),
        (0, None),
    ],
)
def test_kinds_of_members(tmp_path: Path, mode: int, message_id: str | None) -> None:
    submission = load_zip(tmp_path, zipped_members((member("vae/model.py", mode), b"/etc/passwd")))
    problem = submission.problems.get("model.py")
    assert (problem.id if problem else None) == message_id


def test_two_members_of_one_name_are_ambiguous(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = zipped_members((member("vae/model.py", 0), b"a = 1"), (member("vae/model.py", 0), b"b = 1"))
    assert load_zip(tmp_path, content).problems["model.py"].id == "intake.ambiguous"


@pytest.mark.parametrize(
    "raw", ["홍길동".encode("cp949"), "가é".encode(), unicodedata.normalize("NFD", "가").encode()]
)
def test_member_names_in_korean_encodings(tmp_path: Path, raw: bytes) -> None:
    placeholder = b"Z" * len(raw)
    content = zipped({f"{placeholder.decode()}/{name}": b"x" for name in (*FOUR, "model (1).py")})
    content = content.replace(placeholder, raw)
    submission = load_zip(tmp_path, content)
    assert set(submission.files) == set(FOUR)
    with ExitStack() as stack:
        shown = archive.archive(io.BytesIO(content), stack).entries[0].shown
    assert shown.split("/")[0] in ("홍길동", "가é", "가")


def test_a_forged_table_of_contents_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "CONTENTS_BYTES", 150)
    assert everywhere(load_zip(tmp_path, zipped(GOOD)), "intake.zip_entries")


def test_all_zips_inside_share_one_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = zipped({"x.py": b"#" * 3_000}, zipfile.ZIP_STORED)
    monkeypatch.setattr(archive, "NESTED_BYTES", 2 * len(inner))
    submission = load_zip(tmp_path, zipped({f"{i}.zip": inner for i in range(3)}))
    assert everywhere(submission, "intake.too_big")
    assert submission.problems["model.py"].values["path"] == "2.zip"


def test_damaged_zips_never_raise(tmp_path: Path) -> None:
    whole = zipped({**under("vae"), "code.zip": zipped(GOOD)})
    dice = random.Random(0)
    usable = 0
    for _ in range(400):
        damaged = bytearray(whole)
        for _ in range(dice.choice((1, 2, 8))):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        submission = load_zip(tmp_path, bytes(damaged[: dice.choice((None, dice.randrange(len(damaged))))]))
        assert set(submission.files) | set(submission.problems) == set(FOUR)
        assert not set(submission.files) & set(submission.problems)
        assert all(content in GOOD.values() for content in submission.files.values())
        usable += len(submission.files)
        find(tmp_path / "kim.zip")
    assert usable > 0


# ---------------------------------------------------------------- the words


def placeholders(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field}


def own(language: str) -> dict[str, str]:
    return {
        key: text
        for key, text in catalogue(language)["messages"].items()
        if key.startswith(("intake.", "report."))
    }


def test_both_languages_have_the_same_messages_with_the_same_values() -> None:
    english, korean = own("en"), own("ko")
    assert english.keys() == korean.keys() and len(english) > 50
    assert {key: placeholders(text) for key, text in english.items()} == {
        key: placeholders(text) for key, text in korean.items()
    }
    assert all(
        any("가" <= letter <= "힣" for letter in korean[key]) for key in korean if key != "report.points"
    )


def test_every_message_that_intake_can_give_has_words_that_fit(tmp_path: Path) -> None:
    given = [message for _, content, _ in BROKEN for message in load_zip(tmp_path, content).problems.values()]
    for index, (files, _, _) in enumerate(CHOICES):
        submission = load_folder(tmp_path / str(index), files)
        given += [*submission.problems.values(), *submission.notes]
    texts = {message.text(language) for message in given for language in ("en", "ko")}
    assert len({message.id for message in given}) > 12
    assert all("{" not in text for text in texts)


def test_no_message_tells_a_path_of_this_machine(tmp_path: Path) -> None:
    write(tmp_path / "class", {"kim.zip": b"x", "lee.rar": b"", "park/a.txt": b""})
    for source in find(tmp_path / "class"):
        for problem in load(source).problems.values():
            assert str(tmp_path) not in problem.text("en")


# ---------------------------------------------------------------- downloads of learning management systems


def test_canvas_names_tell_the_student_and_lateness(tmp_path: Path) -> None:
    content = {
        "김민지_LATE_1001_5001_vae.zip": zipped(GOOD),
        **canvas("doejane_1002"),
        **canvas("anon_aB3dE"),
    }
    sources = {source.name: source for source in find(write(tmp_path, content))}
    assert {name: (source.origin.ids, source.origin.late) for name, source in sources.items()} == {
        "김민지_1001": (("1001",), True),
        "doejane_1002": (("1002",), False),
        "anon_aB3dE": (("aB3dE",), False),
    }
    assert ids(load(sources["김민지_1001"]).notes) == ["intake.late"]
    assert all(load(source).files == GOOD for source in sources.values())


RESUBMITTED: list[tuple[Files, Files, set[str]]] = [
    (  # the same zip again, which Canvas numbers
        {"kim_1_90_vae.zip": zipped({"model.py": b"x = 0"}), "kim_1_101_vae-1.zip": zipped(GOOD)},
        GOOD,
        {"kim_1_90_vae.zip"},
    ),
    (  # single files first, a zip later
        {"kim_1_90_model.py": b"x = 0", "kim_1_101_vae.zip": zipped(GOOD)},
        GOOD,
        {"kim_1_90_model.py"},
    ),
    (  # a zip, and later one of its files, corrected
        {"kim_1_90_vae.zip": zipped(GOOD), "kim_1_101_model.py": b"x = 0"},
        {**GOOD, "model.py": b"x = 0"},
        {"kim_1_90_vae.zip"},
    ),
    (  # two zips that belong together
        {
            "kim_1_90_a.zip": zipped({"model.py": GOOD["model.py"]}),
            "kim_1_101_b.zip": zipped({name: GOOD[name] for name in FOUR[1:]}),
        },
        GOOD,
        set(),
    ),
    (  # the same again
        {"kim_1_90_vae.zip": zipped(GOOD), "kim_1_101_vae-1.zip": zipped(GOOD)},
        GOOD,
        set(),
    ),
    (  # the report, also zipped, came last
        {"kim_1_90_vae.zip": zipped(GOOD), "kim_1_101_report.zip": zipped({"report.pdf": b""})},
        GOOD,
        set(),
    ),
]


@pytest.mark.parametrize("bulk", [False, True])
@pytest.mark.parametrize(("content", "counts", "others"), RESUBMITTED)
def test_uploads_of_one_student_belong_together_and_of_each_file_the_newest_counts(
    tmp_path: Path, content: Files, counts: Files, others: set[str], bulk: bool
) -> None:
    """Two classmates are added, because a lone student's zips are taken for a class."""
    content = {**content, "lee_2_95_vae.zip": zipped(GOOD), "park_3_96_vae.zip": zipped(GOOD)}
    path = write(tmp_path / "class", {"all.zip": zipped(content)} if bulk else content)
    kim, lee, park = find(path / "all.zip" if bulk else path)
    assert (kim.name, lee.name, park.name) == ("kim_1", "lee_2", "park_3")
    submission = load(kim)
    assert submission.files == counts
    assert ids(submission.notes) == (["intake.newest"] if others else [])
    assert all(name in submission.notes[0].values["others"] for name in others)
    assert load(lee).files == GOOD and load(lee).notes == ()


def test_students_of_canvas_with_nothing_that_can_be_graded_are_not_overlooked(tmp_path: Path) -> None:
    content = {
        **canvas("an_1"),
        "bae_2_50_vae.rar": b"x",
        "choi_3_51_vae.ipynb": b"{}",
        "do_LATE_4_text.html": b"",
        "eom_5_link.html": b"",
        "LATE_anon_aB3dE_text.html": b"",
    }
    sources = find(write(tmp_path, content))
    assert [source.name for source in sources] == ["an_1", "anon_aB3dE", "bae_2", "choi_3", "do_4", "eom_5"]
    reasons = [load(source).problems["model.py"].id for source in sources[1:]]
    assert reasons == [
        f"intake.{each}" for each in ("text_only", "archive", "notebook", "text_only", "text_only")
    ]
    assert [source.name for source in sources if source.origin.late] == ["anon_aB3dE", "do_4"]
    assert sources.passed_over == []


@pytest.mark.parametrize("form", ["kim_1001_500{}_{}.zip", "LATE_anon_aB3d_500{}_{}.zip"])
def test_several_zips_of_one_student_belong_together(tmp_path: Path, form: str) -> None:
    zips = {form.format(n, n): zipped({name: GOOD[name]}) for n, name in enumerate(FOUR)}
    sources = find(write(tmp_path, {**zips, "lee_1002_5010_vae.zip": zipped(GOOD), "a.txt": b""}))
    assert [load(source).files for source in sources] == [GOOD, GOOD]


def test_canvas_s_notebooks_and_reports_alone_are_not_one_hand_in(tmp_path: Path) -> None:
    files = {
        f"kim_100{n}_500{n}_{name}": b"" for n, name in enumerate(("lab.ipynb", "report.pdf", "vae.rar"))
    }
    for path in (write(tmp_path / "class", files), write(tmp_path, {"all.zip": zipped(files)}) / "all.zip"):
        assert names(path) == ["kim_1000", "kim_1001", "kim_1002"]


def test_zips_that_only_look_like_canvas_s_stay_students_of_their_own(tmp_path: Path) -> None:
    content = {
        f"hw_1_{20261230 + n}_{name}.zip": zipped(GOOD) for n, name in enumerate(("kim", "lee", "park"))
    }
    assert names(write(tmp_path, content)) == ["hw_1_20261230_kim", "hw_1_20261231_lee", "hw_1_20261232_park"]


@pytest.mark.parametrize("form", ["{}_{}_assignsubmission_file/{}", "{}_{}_assignsubmission_file_/vae/{}", "{}_{}_assignsubmission_file_{}"])  # fmt: skip
@pytest.mark.parametrize("bulk", [False, True])
def test_moodle_names_old_new_and_flat(tmp_path: Path, form: str, bulk: bool) -> None:
    """An essay written online does not make its student appear twice."""
    people = (("김민지", 771), ("Lee Seo_jun", 772))
    content = {form.format(*person, name): GOOD[name] for person in people for name in FOUR}
    content["김민지_771_assignsubmission_onlinetext/onlinetext.html"] = b"<p>hello</p>"
    content["Park_773_assignsubmission_onlinetext_/onlinetext.html"] = b"<p>hello</p>"
    path = write(tmp_path / "class", {"DL-VAE-42.zip": zipped(content)} if bulk else content)
    sources = find(path / "DL-VAE-42.zip" if bulk else path)
    assert [(source.name, source.origin.ids) for source in sources] == [
        ("Lee Seo_jun_772", ("772",)),
        ("Park_773", ("773",)),
        ("김민지_771", ("771",)),
    ]
    assert [load(source).files for source in sources] == [GOOD, {}, GOOD]


def test_moodle_flat_zips_belong_to_their_student(tmp_path: Path) -> None:
    content = {f"Kim_{n}_assignsubmission_file_vae.zip": zipped(GOOD) for n in (7, 8)}
    sources = find(write(tmp_path, content))
    assert [(source.name, load(source).files == GOOD) for source in sources] == [
        ("Kim_7", True),
        ("Kim_8", True),
    ]


GRADESCOPE = """---
submission_111:
  :submitters:
  - :name: 김민지
    :sid: '20260001'
    :email: kim@univ.ac.kr
  - :name: Lee, Seojun
    :sid:
    :email: lee@univ.ac.kr
  :created_at: 2026-04-03 12:02:27.123456789 Z
  :score: 0.0
  :history:
  - :id: 109
    :created_at: 2026-04-02 10:00:00.000000000 Z
submission_112:
  :submitters: []
  :created_at: '2026-04-04T00:00:00.000+09:00'
  :results: !ruby/hash:ActiveSupport::HashWithIndifferentAccess
    tests: []
"""


@pytest.mark.parametrize("bulk", [False, True])
@pytest.mark.parametrize("wrapper", ["", "assignment_42_export/"])
def test_gradescope_s_export_tells_names_times_and_attempts(tmp_path: Path, bulk: bool, wrapper: str) -> None:
    content = {f"{wrapper}submission_metadata.yml": GRADESCOPE.encode()}
    content |= {f"{wrapper}submission_{n}/{name}": GOOD[name] for n in (111, 112) for name in FOUR}
    path = write(tmp_path / "class", {"export.zip": zipped(content)} if bulk else content)
    other, kim = find(path / "export.zip" if bulk else path)
    assert (kim.name, other.name) == ("김민지_20260001+Lee, Seojun_lee@univ.ac.kr", "submission_112")
    assert kim.origin.ids == ("20260001", "kim@univ.ac.kr", "lee@univ.ac.kr")
    assert kim.origin.submitted is not None and kim.origin.submitted.isoformat()[:19] == "2026-04-03T12:02:27"
    assert load(kim).files == load(other).files == GOOD
    assert ids(load(kim).notes) == ["intake.attempts"]
    assert "2026-04-02 10:00 UTC" in load(kim).notes[0].text("ko")


@pytest.mark.parametrize("metadata", [b"", b"[1]", b"a: [", b"\xff\xfe\0", b"submission_1: 3\n"])
def test_a_gradescope_list_that_is_damaged_costs_names_and_nothing_else(
    tmp_path: Path, metadata: bytes
) -> None:
    content = {"submission_metadata.yml": metadata, **under("submission_1"), **under("submission_2")}
    sources = find(write(tmp_path, content))
    assert [source.name for source in sources] == ["submission_1", "submission_2"]
    assert all(load(source).files == GOOD for source in sources)


def test_clones_of_repositories_are_known_as_such(tmp_path: Path) -> None:
    for owner in ("kim-minji", "kang"):
        write(tmp_path, {**under(f"vae-homework-{owner}/vae"), f"vae-homework-{owner}/.git/HEAD": b"ref"})
    sources = find(tmp_path)
    assert [(source.name, source.origin.lms, source.origin.ids) for source in sources] == [
        ("vae-homework-kang", "github", ()),
        ("vae-homework-kim-minji", "github", ()),
    ]
    assert all(load(source).files == GOOD for source in sources)


@pytest.mark.parametrize(
    ("stamp", "time"),
    [
        ("2026-04-03 14:59:01 UTC", "2026-04-03T14:59:01+00:00"),
        ("2026-04-03 14:59:01.123456 UTC\n", "2026-04-03T14:59:01+00:00"),
        ("2026-04-03 23:59:01 +0900", "2026-04-03T23:59:01+09:00"),
        ("2026-04-03 23:59 +09:00", "2026-04-03T23:59:00+09:00"),
        ("2026-13-03 14:59:01 UTC", None),
        ("yesterday", None),
    ],
)
def test_nbgrader_s_time_stamps_are_read(tmp_path: Path, stamp: str, time: str | None) -> None:
    content = {**under("kim/vae-hw"), "kim/vae-hw/timestamp.txt": stamp.encode(), **under("lee/vae-hw")}
    kim, lee = find(write(tmp_path / "submitted", content))
    assert (kim.origin.submitted.isoformat() if kim.origin.submitted else None) == time
    assert lee.origin.submitted is None and load(kim).files == GOOD


@pytest.mark.parametrize("name", ["../", "/", "./../", "..\\"])
def test_a_folder_without_a_name_in_a_class_is_nobody(tmp_path: Path, name: str) -> None:
    content = zipped({f"hw/kim{n}x/{file}": b"" for n in range(100, 103) for file in FOUR} | {name: b""})
    assert len(find(write(tmp_path, {"all.zip": content}) / "all.zip")) == 3
