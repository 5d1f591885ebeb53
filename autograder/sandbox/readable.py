"""What student code may read: single distributions and the system's libraries, never a whole folder.

In a wheel install the hidden checks lie in site-packages too, so the folders there are named one
by one: those of the packages that CONTRACT section 1 lets students import, and what these need.
"""

from __future__ import annotations

import glob
import os
import re
import sys
import sysconfig
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

ALLOWED = ("torch", "torchvision", "numpy", "matplotlib", "scikit-learn", "tqdm", "safetensors")
SYSTEM = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/usr/share/zoneinfo",
)
DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
GPU = ("/dev/nvidia*", "/dev/nvidia-caps/*")


@dataclass(frozen=True)
class Readable:
    """Paths to show to student code: ``shown`` whole, apart from the ``masked`` folders inside them."""

    shown: tuple[str, ...]
    masked: tuple[str, ...]
    packages: tuple[str, ...]

    def without_masks(self) -> list[str]:
        """The same as a flat list: a shown folder that holds a masked one gives way to its entries."""
        paths: list[str] = []
        for path in self.shown:
            paths += _around(path, self.masked)
        return [*paths, *self.packages]

    def gave_way(self) -> list[str]:
        """Folders of which ``without_masks`` keeps entries alone. Imports need their lists of names all the same."""
        holding = [path for path in self.shown if any(_inside(mask, path) for mask in self.masked)]
        return _outermost([*holding, *self._package_folders()])

    def hidden(self) -> frozenset[str]:
        """Modules that are installed here and not shown."""
        shown = {os.path.basename(path) for path in self.packages}
        folders = {*self.masked, *self._package_folders()}
        others = {name for folder in folders for name in os.listdir(folder)} - shown
        return frozenset(name.partition(".")[0] for name in others) - sys.stdlib_module_names

    def _package_folders(self) -> set[str]:
        return {os.path.dirname(path) for path in self.packages}


def readable() -> Readable:
    """The allow-list on this machine, from where its Python and its packages really lie."""
    stdlib = {sysconfig.get_path("stdlib")}
    stdlib |= {os.path.join(sys.base_prefix, "lib", name) for name in _shared_libraries(sys.base_prefix)}
    shown = [path for path in (*SYSTEM, *sorted(stdlib)) if os.path.exists(path)]
    packages = sorted(_package_paths())
    folders = {str(Path(path).parent) for path in packages} | _site_folders(stdlib)
    masked = [folder for folder in sorted(folders) if any(_inside(folder, path) for path in shown)]
    return Readable(tuple(_outermost(shown)), tuple(masked), tuple(packages))


def _shared_libraries(prefix: str) -> list[str]:
    folder = os.path.join(prefix, "lib")
    return (
        [name for name in os.listdir(folder) if name.startswith("libpython")] if os.path.isdir(folder) else []
    )


def _site_folders(stdlib: set[str]) -> set[str]:
    """Folders of installed packages, also those that hold none of the allowed ones."""
    found = {path for path in sys.path if os.path.basename(path) in ("site-packages", "dist-packages")}
    for folder in [*stdlib, "/usr/lib/python3", "/usr/local/lib/python3"]:
        found |= {os.path.join(folder, name) for name in ("site-packages", "dist-packages")}
    return {path for path in found if os.path.isdir(path)}


def _package_paths() -> set[str]:
    """Top-level files and folders of the allowed distributions and all that they require."""
    paths: set[str] = set()
    seen: set[str] = set()
    waiting = list(ALLOWED)
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in seen:
            continue
        seen.add(name)
        try:
            package = distribution(name)
        except PackageNotFoundError:
            continue  # an optional requirement, or one for another platform
        paths |= _top_level(package)
        for requirement in package.requires or []:
            if "extra ==" not in requirement:
                waiting.append(re.split(r"[ ;\[<>=!~(]", requirement, maxsplit=1)[0])
    return paths


def _top_level(package: Distribution) -> set[str]:
    tops = _first_parts(package) - {"..", "__pycache__", "/", ""}
    roots = {os.path.realpath(str(package.locate_file(top))) for top in tops}
    return {root for root in roots if os.path.exists(root)}


def _first_parts(package: Distribution) -> set[str]:
    """The first parts of its files' paths; torch has so many that making paths of them would take a while."""
    record = package.read_text("RECORD")
    if record is None:
        return {file.parts[0] for file in package.files or ()}
    return set(re.findall(r'^"?([^/,"]*)', record, re.MULTILINE))


def gpu_nodes(device: str) -> tuple[str, ...]:
    """The device files that CUDA reads, writes and controls; none for the CPU."""
    return (
        ()
        if device == "cpu"
        else tuple(path for each in GPU for path in glob.glob(each) if not os.path.isdir(path))
    )


def _inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _outermost(paths: list[str]) -> list[str]:
    return [p for p in paths if not any(p != other and _inside(p, other) for other in paths)]


def _around(path: str, masked: tuple[str, ...]) -> list[str]:
    if path in masked:
        return []
    if not any(_inside(mask, path) for mask in masked):
        return [path]
    entries = [os.path.join(path, name) for name in sorted(os.listdir(path))]
    return [kept for entry in entries for kept in _around(entry, masked)]
