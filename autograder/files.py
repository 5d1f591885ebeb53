"""How folders that student code has written are removed."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections import deque


def remove_tree(path: str) -> list[str]:
    """Remove a folder with everything in it, however deep and whatever its modes. Never raises; returns what remains.

    Folders inside are first moved up to the top one: a path of 1,500 levels is longer than the system takes, and one
    open folder a level is more than a process may have. Links are removed, never followed.
    """
    left: list[str] = []
    try:
        top = _opened(path, None)
    except FileNotFoundError:
        return []
    except OSError:
        return [path]
    try:
        waiting = deque(_emptied(top, None, left, path))
        while waiting:
            name = waiting.popleft()
            try:
                folder = _opened(name, top)
                try:
                    waiting += _emptied(folder, top, left, os.path.join(path, name))
                finally:
                    os.close(folder)
                os.rmdir(name, dir_fd=top)
            except OSError:
                left.append(os.path.join(path, name))
    finally:
        os.close(top)
    try:
        os.rmdir(path)
    except OSError:
        left = left or [path]
    return left


def _opened(name: str, inside: int | None) -> int:
    """A folder that may be listed and changed from now on."""
    mark = os.open(name, getattr(os, "O_PATH", 0) | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=inside)
    try:
        with contextlib.suppress(OSError):
            os.chmod(f"/proc/self/fd/{mark}", 0o700)  # this very folder, whatever bears its name by now
        return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=inside)
    finally:
        os.close(mark)


def _emptied(folder: int, top: int | None, left: list[str], where: str) -> list[str]:
    """Remove the files in a folder and move its folders to the top one. Returns their names there."""
    moved: list[str] = []
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return moved
    for entry in entries:
        try:
            if not entry.is_dir(follow_symlinks=False):
                os.unlink(entry.name, dir_fd=folder)
            elif top is None:
                moved.append(entry.name)
            else:
                _opened_and_closed(entry.name, folder)  # only who may write to a folder may move it
                name = f"removing-{secrets.token_hex(8)}"
                os.rename(entry.name, name, src_dir_fd=folder, dst_dir_fd=top)
                moved.append(name)
        except OSError:
            left.append(os.path.join(where, entry.name))
    return moved


def _opened_and_closed(name: str, inside: int) -> None:
    os.close(_opened(name, inside))
