"""A place with hand-ins side by side, a folder or the inside of a zip, and what is found there."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import NamedTuple

from autograder.homework import homework
from autograder.intake import lms
from autograder.intake.archive import BULK_BYTES, NESTED_DEPTH, archive, nested_zip, unpacked
from autograder.intake.lms import PLAIN, Origin, Upload
from autograder.intake.tree import (
    ARCHIVES,
    HandedFile,
    NotRead,
    Tree,
    folder,
    ignored,
    is_zip,
    open_regular,
    readable,
)
from autograder.messages import Message

BULK_ENTRIES = 50_000


class Member(NamedTuple):
    """A student's part of a shared folder or zip: its place there, and the file name it stands for ("" for a folder).

    ``order`` is greater if it was uploaded later.
    """

    place: str
    stands: str
    order: int = 0


@dataclass(frozen=True)
class Source:
    """Where one submission is. ``members`` is empty if all of ``path`` belongs to it."""

    name: str
    path: Path
    members: tuple[Member, ...] = ()
    notes: tuple[Message, ...] = ()
    origin: Origin = PLAIN


class Submissions(list[Source]):
    """The submissions; ``passed_over`` names everything that was not taken for one, and why."""

    def __init__(self, sources: Iterable[Source] = (), passed_over: Iterable[Message] = ()) -> None:
        super().__init__(sources)
        self.passed_over = list(passed_over)

    def pass_over(self, reason: str, place: Place, top: str) -> None:
        self.passed_over.append(Message(f"intake.over_{reason}", {"path": place.shown(top)}))


@dataclass(frozen=True)
class Place:
    """A folder. With ``packed``, the place ``outer`` in the zip at ``path``, inside ``layer`` further zips.

    ``tops``: all that is directly in it, and whether that is a folder.
    """

    path: Path
    tops: Mapping[str, bool]
    packed: Mapping[str, list[HandedFile]] | None = None
    outer: str = ""
    above: str = ""
    others: tuple[tuple[str, ...], ...] = ()
    layer: int = 0

    @classmethod
    def in_folder(cls, path: Path, above: str = "") -> Place:
        return cls(path, {top: os.path.isdir(path / top) for top in sorted(os.listdir(path))}, above=above)

    @classmethod
    def in_zip(cls, path: Path, stack: ExitStack, above: str = "") -> Place:
        """The inside of a zip. Raises NotRead if it can't be read."""
        tree = archive(open_regular(path), stack, BULK_ENTRIES)
        return cls._packed(path, tree.entries, tree.others, above=above)

    @classmethod
    def _packed(
        cls,
        path: Path,
        entries: Iterable[HandedFile],
        others: tuple[tuple[str, ...], ...],
        outer: str = "",
        above: str = "",
        layer: int = 0,
    ) -> Place:
        packed: dict[str, list[HandedFile]] = {other[0]: [] for other in others if other}
        tops = {other[0]: True for other in others if other}
        for entry in entries:
            packed.setdefault(entry.parts[0], []).append(entry)
            tops[entry.parts[0]] = len(entry.parts) > 1
        return cls(path, dict(sorted(tops.items())), packed, outer, above, others, layer)

    @property
    def folders(self) -> list[str]:
        return [top for top, is_folder in self.tops.items() if is_folder and not ignored(top)]

    @property
    def files(self) -> list[str]:
        return [top for top, is_folder in self.tops.items() if not is_folder and not ignored(top)]

    @property
    def own(self) -> list[str]:
        """What would be a hand-in if this is a class: every archive, and every folder except an empty one in a zip."""
        folders = [top for top in self.folders if self.packed is None or self.packed[top]]
        return [*folders, *(top for top in self.files if top.casefold().endswith(ARCHIVES))]

    def shown(self, top: str) -> str:
        return readable(self.above + self.outer + top)

    def below(self, top: str, stack: ExitStack) -> Place | None:
        """What is in a folder or a zip; None if it can't be opened."""
        with suppress(OSError, NotRead):
            if self.packed is not None:
                deeper = int(not self.tops[top])
                if deeper and is_zip(top) and self.layer < NESTED_DEPTH:
                    tree, _ = nested_zip(self.packed[top][0], stack, BULK_BYTES, BULK_ENTRIES)
                    inside, others = list(tree.entries), tree.others
                else:
                    inside = [
                        replace(each, parts=each.parts[1:]) for each in self.packed[top] if each.parts[1:]
                    ]
                    others = tuple(other[1:] for other in self.others if other[0] == top and other[1:])
                outer = f"{self.outer}{top}/"
                if inside or others:
                    return self._packed(self.path, inside, others, outer, self.above, self.layer + deeper)
                return None
            path, above = self.path / top, f"{self.above}{top}/"
            if path.is_symlink():
                return None
            if self.tops[top]:
                return Place.in_folder(path, above)
            return Place.in_zip(path, stack, above) if is_zip(top) else None
        return None

    def tree(self, top: str) -> Tree:
        """All files in a folder, or a file itself."""
        if self.packed is not None:
            return Tree(tuple(self.packed[top]))
        if self.tops[top]:
            return Tree() if (self.path / top).is_symlink() else folder(self.path / top)
        return Tree((HandedFile((readable(top),), partial(open_regular, self.path / top)),))

    def wanted(self, top: str) -> frozenset[str]:
        """Which of the homework's files are in it, zips included."""
        with ExitStack() as stack, suppress(OSError):
            return frozenset(unpacked(self.tree(top), stack).wanted())
        return frozenset()

    def direct(self) -> list[str]:
        """Those of the homework's files that are directly here or in its package: then this is one submission."""
        wanted, package = homework().files, homework().package
        below = self.below(package, ExitStack()) if self.tops.get(package) else None
        inside = below.files if below else ()
        return [
            *(top for top in self.files if top.casefold() in wanted),
            *(f"{package}/{child}" for child in inside if child.casefold() in wanted),
        ]

    def shared(self, tops: Iterable[str]) -> dict[str, frozenset[str]]:
        """The tops that hold a file that another one holds too: hand-ins of several people, or versions."""
        held = {top: wanted for top in tops if (wanted := self.wanted(top))}
        return {
            top: wanted
            for top, wanted in held.items()
            if any(wanted & held[other] for other in held if other != top)
        }

    @cached_property
    def uploads(self) -> list[Upload]:
        return lms.uploads(self.folders, self.files)

    def source(self, name: str, top: str, origin: Origin, notes: tuple[Message, ...] = ()) -> Source:
        """The source for all of one folder or archive."""
        if self.packed is None:
            return Source(readable(name), self.path / top, (), notes, origin)
        member = Member(self.outer + top, "" if self.tops[top] else top)
        return Source(readable(name), self.path, (member,), notes, origin)
