"""The one function that removes trees: nothing that student code leaves survives it, and it never raises."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autograder.files import remove_tree

LEVELS = 1_500


def deep(folder: Path) -> None:
    """Folders in folders, deeper than any path can name."""
    here = os.open(folder, os.O_RDONLY)
    for _ in range(LEVELS):
        os.mkdir("a folder", dir_fd=here)
        below = os.open("a folder", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("a file", os.O_CREAT, dir_fd=here))
    os.close(here)


def closed(folder: Path) -> None:
    """Folders that can be neither listed nor entered nor changed."""
    for mode in (0o000, 0o100, 0o300, 0o400, 0o500):
        inner = folder / f"{mode:o}" / "inner"
        inner.mkdir(parents=True)
        (inner / "file").write_text("x")
        inner.chmod(mode)
        inner.parent.chmod(mode)
    folder.chmod(0)


def links(folder: Path) -> None:
    (folder.parent / "kept").mkdir()
    (folder.parent / "kept" / "file").write_text("x")
    (folder / "link").symlink_to(folder.parent / "kept")
    (folder / "dangling").symlink_to("nowhere")
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe")


def odd_names(folder: Path) -> None:
    for name in ("\n", " ", "\udcff", "가", "x" * 255):
        (folder / name).mkdir()
        (folder / name / name).write_text("x")


@pytest.mark.parametrize("fill", [deep, closed, links, odd_names, lambda _: None])
def test_everything_goes(tmp_path: Path, fill: object) -> None:
    folder = tmp_path / "scratch"
    folder.mkdir()
    fill(folder)  # type: ignore[operator]
    assert remove_tree(str(folder)) == []
    assert not os.path.lexists(folder)
    if fill is links:
        assert (tmp_path / "kept" / "file").exists()


def test_what_is_not_there_is_no_fault(tmp_path: Path) -> None:
    assert remove_tree(str(tmp_path / "nothing")) == []


def test_what_cannot_go_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "scratch"
    (folder / "a").mkdir(parents=True)
    (folder / "a" / "stays").write_text("x")
    (folder / "goes").write_text("x")
    unlink = os.unlink

    def unlinked(name: str, **where: int) -> None:
        if name == "stays":
            raise PermissionError
        unlink(name, **where)

    monkeypatch.setattr(os, "unlink", unlinked)
    assert str(folder / "a" / "stays") in remove_tree(str(folder))
    assert [path.name for path in folder.rglob("*")] == ["a", "stays"]


def test_a_file_in_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert remove_tree(str(tmp_path / "file")) == [str(tmp_path / "file")]


def test_without_being_moved_up_deep_folders_would_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "top").mkdir()
    deep(tmp_path / "top")
    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", lambda *_, **__: os.stat(tmp_path / "nothing"))
        assert remove_tree(str(tmp_path / "top")) != []
    assert remove_tree(str(tmp_path / "top")) == []
