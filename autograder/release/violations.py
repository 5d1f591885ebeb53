"""Compare what students would get with what they may get: the files, and what is in them."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autograder.homework import homework
from autograder.messages import Message
from autograder.release.artefact import File, files, pieces
from autograder.release.secrets import Secrets

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@dataclass(frozen=True)
class Public:
    """release/public.toml: the files that students may get, and the lines that are both hidden and public."""

    handout: tuple[str, ...]
    channels: Mapping[str, tuple[str, ...]]
    lines: tuple[str, ...]

    @classmethod
    def read(cls) -> Public:
        table = tomllib.loads((homework().recipes / "public.toml").read_text(encoding="utf-8"))
        channels = {name: tuple(paths) for name, paths in table["channels"].items()}
        return cls(tuple(table["handout"]), channels, tuple(table["lines"]))

    def unlisted(self, channel: str, built: Iterable[File]) -> Iterator[tuple[str, File]]:
        """The files that are not listed as public, each with its path in the hand-out or else in the channel."""
        for inside, root in by_place(built):
            for file in inside:
                path = within(root, file.path)
                if file.path not in self.channels.get(channel, ()) and path not in self.handout:
                    yield path or f"{channel}/{file.shown}", file


def by_place(built: Iterable[File]) -> Iterator[tuple[list[File], PurePosixPath | None]]:
    """The files of each folder or zip, and the folder in it where the hand-out begins."""
    places: dict[tuple[str, ...], list[File]] = defaultdict(list)
    for file in built:
        places[file.inside].append(file)
    for inside in places.values():
        yield inside, handout_root(file.path for file in inside)


def within(root: PurePosixPath | None, path: str) -> str | None:
    """The path relative to the hand-out's folder; None if it is elsewhere."""
    if root is None or not PurePosixPath(path).is_relative_to(root):
        return None
    return str(PurePosixPath(path).relative_to(root))


def handout_root(paths: Iterable[str]) -> PurePosixPath | None:
    """The folder where the hand-out begins, among these paths of one folder or zip; None if it is not there."""
    landmark = f"/{homework().package}/{homework().files[0]}"  # the hand-out begins where this path does
    found = [path for path in paths if f"/{path}".endswith(landmark)]
    return PurePosixPath(min(found, key=len)).parent.parent if found else None


def leaks(built: Mapping[str, Path], public: Public, secrets: Secrets) -> list[Message]:
    """Everything that must not go out, in the folder of each channel that students get something from.

    What several channels share is named once.
    """
    violations: dict[str | bytes, list[Message]] = {}
    first: dict[str, tuple[str, bytes]] = {}
    for channel, folder in built.items():
        everything = list(files(folder))
        for path, file in public.unlisted(channel, everything):
            values = {"path": f"{channel}/{file.shown}"}
            violations.setdefault(path, [Message("release.unlisted", values)])
        for file in everything:
            if file.content not in violations:
                violations[file.content] = list(_in_file(channel, file, secrets))
        violations[f"{channel}/"] = list(_differing(channel, everything, first))
    return [message for messages in violations.values() for message in messages]


def _in_file(channel: str, file: File, secrets: Secrets) -> Iterator[Message]:
    found = pieces(file)
    if found is None:
        yield Message("release.unreadable", {"path": f"{channel}/{file.shown}"})
        return
    told = set()
    for piece in found:
        for source, fragment in secrets.found_in(piece.text).items():
            if (piece.place, source) not in told:
                told.add((piece.place, source))
                values = {"path": f"{channel}/{piece.place}", "source": source, "fragment": fragment[:160]}
                yield Message("release.leak", values)


def _differing(
    channel: str, everything: list[File], first: dict[str, tuple[str, bytes]]
) -> Iterator[Message]:
    """The hand-out's files that differ from those of an earlier channel: only one of them was tried."""
    for inside, root in by_place(everything):
        for file in inside:
            path = within(root, file.path)
            if path is not None:
                shown = f"{channel}/{file.shown}"
                other, content = first.setdefault(path, (shown, file.content))
                if content != file.content:
                    yield Message("release.differs", {"path": shown, "other": other})
