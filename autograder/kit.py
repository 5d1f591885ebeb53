"""Find the kit's own files and the homework in use: beside the engine in a checkout, inside it in a wheel."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from types import ModuleType

ENGINE = Path(__file__).resolve().parent
ROOT = ENGINE / "kit" if (ENGINE / "kit").is_dir() else ENGINE.parent
NAME = "homework.toml"
DEFAULT = next(ENGINE.glob(f"*/{NAME}"), ENGINE / NAME).parent  # the homework that comes with the kit
CHOICE = "AUTOGRADER_HOMEWORK"  # in the environment, so that all processes of a command see it


def folder() -> Path:
    """The folder of the homework in use: it holds homework.toml, checks, probes, pages and words."""
    return Path(os.environ.get(CHOICE) or DEFAULT)


def root() -> Path:
    """The folder that holds the hand-out, the solution and the bank of the homework in use."""
    return ROOT if folder() == DEFAULT else folder()


def package() -> str:
    """The name of the homework's folder as a package; makes sure that Python can import it."""
    chosen = folder()
    if chosen == DEFAULT:
        return f"{__package__}.{chosen.name}"
    if str(chosen.parent) not in sys.path:
        sys.path.append(str(chosen.parent))
    return chosen.name


def module(name: str) -> ModuleType:
    """A module that every homework has, such as ``checks.control``. Raises ModuleNotFoundError if it is missing."""
    return importlib.import_module(f"{package()}.{name}")


def optional(name: str) -> ModuleType | None:
    """A module that not every homework has, such as ``pages.showcase``; None if this homework lacks it."""
    try:
        return module(name)
    except ModuleNotFoundError as missing:
        if f"{package()}.{name}.".startswith(f"{missing.name}."):
            return None
        raise  # the module is there, and something that it imports is not
