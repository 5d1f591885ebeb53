"""What students would get against what they may get: files, and what is in them."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autograder import kit
from autograder.gate.artefact import File, files, pieces
from autograder.gate.secrets import Secrets
from autograder.messages import Message

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

LANDMARK = "vae/model.py"  # by which the hand-out is found, wherever it was put


@dataclass(frozen=True)
class Public:
    """release/public.toml: the files that students may get, and the lines that are hidden and public alike."""

    handout: tuple[str, ...]
    channels: Mapping[str, tuple[str, ...]]
    lines: tuple[str, ...]

    @classmethod
    def read(cls) -> Public:
        table = tomllib.loads((kit.RELEASE / "public.toml").read_text(encoding="utf-8"))
        channels = {name: tuple(paths) for name, paths in table["channels"].items()}
        return cls(tuple(table["handout"]), channels, tuple(table["lines"]))

    def unlisted(self, channel: str, built: Iterable[File]) -> Iterator[str]:
        """The files that nobody has said students may get."""
        places: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for file in built:
            places[file.inside].append(file.path)
        for inside, paths in places.items():
            root = handout_root(paths)
            allowed = {*self.channels.get(channel, ()), *(str(root / path) for path in self.handout if root)}
            yield from ("/".join((*inside, path)) for path in paths if path not in allowed)


def handout_root(paths: Iterable[str]) -> PurePosixPath | None:
    """The folder that the hand-out lies in, among these paths of one folder or zip."""
    found = [path for path in paths if f"/{path}".endswith(f"/{LANDMARK}")]
    return PurePosixPath(min(found, key=len)).parent.parent if found else None


def leaks(built: Mapping[str, Path], public: Public, secrets: Secrets) -> list[Message]:
    """Everything that must not go out, for each channel's folder that students get something of."""
    violations = []
    seen: dict[str, tuple[str, bytes]] = {}
    for channel, folder in built.items():
        everything = list(files(folder))
        for path in public.unlisted(channel, everything):
            violations.append(Message("release.unlisted", {"path": f"{channel}/{path}"}))
        for file in everything:
            violations += _in_file(channel, file, secrets)
        violations += _differing(channel, everything, seen)
    return violations


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


def _differing(channel: str, everything: list[File], seen: dict[str, tuple[str, bytes]]) -> Iterator[Message]:
    """The files of the hand-out that another channel has with another content: only one of them was tried."""
    places: dict[tuple[str, ...], list[File]] = defaultdict(list)
    for file in everything:
        places[file.inside].append(file)
    for members in places.values():
        root = handout_root(member.path for member in members)
        for file in members:
            if root is None or not PurePosixPath(file.path).is_relative_to(root):
                continue
            path, shown = str(PurePosixPath(file.path).relative_to(root)), f"{channel}/{file.shown}"
            other, content = seen.setdefault(path, (shown, file.content))
            if content != file.content:
                yield Message("release.differs", {"path": shown, "other": other})
