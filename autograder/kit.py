"""Where the kit's own files and the homework in use lie: beside the engine in a checkout, inside it in a wheel."""

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
CHOICE = "AUTOGRADER_HOMEWORK"  # in the environment: all processes of a command have the same homework


def folder() -> Path:
    """The folder of the homework in use: it holds homework.toml, checks, probes, pages and words."""
    return Path(os.environ.get(CHOICE) or DEFAULT)


def root() -> Path:
    """Where the hand-out, the solution and the bank of the homework in use lie."""
    return ROOT if folder() == DEFAULT else folder()


def package() -> str:
    """What the homework's folder is called where Python imports it."""
    chosen = folder()
    if chosen == DEFAULT:
        return f"{__package__}.{chosen.name}"
    if str(chosen.parent) not in sys.path:
        sys.path.append(str(chosen.parent))
    return chosen.name


def module(name: str) -> ModuleType:
    """A module that every homework has, such as ``checks.control``. Raises ModuleNotFoundError where it is missing."""
    return importlib.import_module(f"{package()}.{name}")


def optional(name: str) -> ModuleType | None:
    """A module that not every homework has, such as ``pages.showcase``; None where this one does without."""
    try:
        return module(name)
    except ModuleNotFoundError as missing:
        if f"{package()}.{name}.".startswith(f"{missing.name}."):
            return None
        raise  # the module is there, and something that it imports is not
