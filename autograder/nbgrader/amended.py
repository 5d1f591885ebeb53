"""What is amended in nbgrader itself as soon as this is imported: names with brackets, and warnings that help nobody.

To nbgrader every name is a pattern, so that it passes over a student called "kim [A]".
"""

from __future__ import annotations

import glob
import os
import warnings
from types import SimpleNamespace

from nbgrader.converters import base
from sqlalchemy.exc import SAWarning


def literal(pattern: str) -> list[str]:
    """What a pattern matches; a path, or the folder of one, that is there as it is written stands for itself."""
    folder, name = os.path.split(pattern)
    if os.path.lexists(pattern):
        return [pattern]
    return glob.glob(os.path.join(glob.escape(folder), name) if os.path.isdir(folder) else pattern)


base.glob = SimpleNamespace(glob=literal)
warnings.filterwarnings("ignore", category=SAWarning, module=r"nbgrader\.")
