"""The instructor's solution and the given files, under the name of the students' package. Grader's process only."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

from autograder.homework import homework


def _package() -> ModuleType:
    package = ModuleType(homework().package)
    package.__path__ = [str(homework().solved), str(homework().given)]
    sys.modules[homework().package] = package
    return package


def module(name: str) -> ModuleType:
    """One module of the instructor's package."""
    return importlib.import_module(f"{homework().package}.{name}")


if homework().package not in sys.modules:
    _package()

for name in homework().modules:
    module(name)
