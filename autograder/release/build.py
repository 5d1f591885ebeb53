"""Build all channels from one source: recipes make what students and instructors get, and the gate lets it out.

A channel's recipe is the file make_*.py in release/CHANNEL/. Its ``make(out, ...)`` writes the zip ``out``, or fills the
empty folder ``out``, and returns that. Its other parameters ask for facts by name: ``language``, ``handout_url``,
and ``handout_zip``, the students' zip, which is always built first.
"""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from autograder.files import write_atomically
from autograder.homework import homework
from autograder.messages import Message, Refusal


class Target(str, Enum):
    """The channels that can be built."""

    student = "student"
    nbgrader = "nbgrader"
    gradescope = "gradescope"
    github = "github"
    colab = "colab"
    email = "email"


FOR_INSTRUCTORS = ("gradescope",)  # hold engine and solution; students get something from every other channel
SUMS = "SHA256SUMS"  # of all files in OUT, as sha256sum writes and checks them

Tell = Callable[[Message], None]


class GateClosed(Exception):
    """The gate stays closed: ``violations`` says why."""

    def __init__(self, violations: list[Message]) -> None:
        super().__init__(violations)
        self.violations = violations


def release(channels: Iterable[str], out: Path, language: str, handout_url: str, tell: Tell) -> list[Path]:
    """Build the channels into folders of ``out`` and return these folders; ``tell`` hears of each step.

    Raises GateClosed if the gate finds something, Refusal if a channel can't be built or OUT can't be written.
    ``out`` then stays as it was, unless writing failed midway.
    """
    chosen = [channel.value for channel in Target if channel in set(channels)]
    recipes = {channel: recipe(channel) for channel in dict.fromkeys(["student", *chosen])}
    check_url(handout_url)
    check_out(out, chosen)
    with tempfile.TemporaryDirectory(prefix="autograder-release-") as work:
        built: dict[str, Path] = {}
        facts: dict[str, Any] = {"language": language, "handout_url": handout_url}
        for channel, its_recipe in recipes.items():
            tell(Message("release.building", {"channel": channel}))
            built[channel] = Path(work, channel)
            made = build(channel, its_recipe, built[channel], facts)
            facts.setdefault("handout_zip", made)
        pass_gate(
            {name: path for name, path in built.items() if name not in FOR_INSTRUCTORS},
            facts["handout_zip"],
            tell,
        )
        try:
            return install({channel: built[channel] for channel in chosen}, out)
        except OSError as error:
            raise Refusal(Message("cli.unwritable", {"path": str(error.filename or out)})) from None


def recipe(channel: str) -> ModuleType:
    """The module that builds a channel. Raises Refusal unless there is exactly one."""
    found = sorted((homework().recipes / channel).glob("make_*.py"))
    if len(found) != 1:
        raise Refusal(
            Message("release.no_recipe", {"channel": channel, "path": str(homework().recipes / channel)})
        )
    spec = importlib.util.spec_from_file_location(f"release_{channel}", found[0])
    assert spec is not None and spec.loader is not None, "a path that ends in .py has a loader"
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def build(channel: str, its_recipe: ModuleType, folder: Path, facts: Mapping[str, Any]) -> Path:
    """Let a recipe fill a new folder, and return what it returns. Raises Refusal if the recipe fails."""
    folder.mkdir()
    # Other channels are folders.
    zips = {"student": f"{homework().name}.zip", "gradescope": "gradescope-autograder.zip"}
    out = folder / zips[channel] if channel in zips else folder
    asked = list(inspect.signature(its_recipe.make).parameters)[1:]
    try:
        made: Path = its_recipe.make(out, **{name: facts[name] for name in asked if name in facts})
        for path in folder.rglob("*"):
            if path.is_symlink():  # its target would be published unchecked
                raise ValueError(f"{path.relative_to(folder)} is a link")
            path.chmod(0o755 if path.is_dir() else 0o644)  # whatever the umask was
    except (OSError, ValueError) as error:
        raise Refusal(
            Message("release.recipe_failed", {"channel": channel, "error": str(error)[:300]}), status=1
        ) from error
    return made


def check_url(url: str) -> None:
    """Raise Refusal if a notebook could fetch nothing from this URL. An empty one passes."""
    with suppress(ValueError):
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and parts.netloc
        if not url or (known and url.isascii() and url.isprintable()):
            return
    raise Refusal(Message("release.bad_url", {"url": url}))


def check_out(out: Path, channels: Iterable[str]) -> None:
    """Raise Refusal if a channel's folder in OUT has a file that no earlier release wrote, or that has changed since."""
    try:
        known = {line[66:]: line[:64] for line in _sums(out)}
        for channel in channels:
            for path in sorted((out / channel).rglob("*")):
                name = path.relative_to(out).as_posix()
                if not path.is_dir() and known.get(name) != _sha256(path):
                    values = {"path": str(path), "folder": str(out / channel)}
                    raise Refusal(Message("release.not_ours", values))
    except (OSError, ValueError):
        raise Refusal(Message("cli.unwritable", {"path": str(out)})) from None


def pass_gate(built: Mapping[str, Path], handout: Path, tell: Tell) -> None:
    """Raise GateClosed if anything hidden is in what was built, or if the hand-out is not as it must be."""
    from autograder.release import trial, violations
    from autograder.release.secrets import Secrets

    tell(Message("release.looking"))
    public = violations.Public.read()
    found = violations.leaks(built, public, Secrets.of(public.lines))
    if found:  # reason enough, and the rest takes half a minute
        raise GateClosed(found)
    with trial.desks(handout) as tried:
        tell(Message("release.grading"))
        found += trial.scores(tried)
        tell(Message("release.checking"))
        found += trial.public_checks(tried)
    if found:
        raise GateClosed(found)


def install(built: Mapping[str, Path], out: Path) -> list[Path]:
    """Replace the channels' folders in OUT by what was built, and return these folders."""
    kept = [line for line in _sums(out) if line[66:].partition("/")[0] not in built]
    for channel, folder in built.items():
        new = out / f".{channel}"
        shutil.rmtree(new, ignore_errors=True)
        shutil.copytree(folder, new)
        shutil.rmtree(out / channel, ignore_errors=True)
        new.rename(out / channel)
        files = [path for path in (out / channel).rglob("*") if path.is_file()]
        kept += [f"{_sha256(path)}  {path.relative_to(out).as_posix()}" for path in files]
    write_atomically(
        out / SUMS, "".join(f"{line}\n" for line in sorted(kept, key=lambda line: line[66:])).encode()
    )
    return [out / channel for channel in built]


def _sums(out: Path) -> list[str]:
    with suppress(FileNotFoundError):
        return (out / SUMS).read_text(encoding="utf-8").splitlines()
    return []


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
