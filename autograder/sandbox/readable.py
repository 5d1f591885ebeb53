"""What student code may read: single distributions and the system's libraries, never a whole folder of packages.

In a wheel install the hidden checks are in site-packages too, so the packages there are named one
by one: those that the hand-out lets students import, and what these need.
"""

from __future__ import annotations

import glob
import os
import re
import sys
import sysconfig
from collections.abc import Iterator
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
MOST_LINKS = 40  # on the way to one path, as in the kernel
GPU = ("/dev/nvidia*", "/dev/nvidia-caps/*")


@dataclass(frozen=True)
class Readable:
    """Paths to show to student code: ``shown`` and ``packages`` whole, apart from the ``masked`` folders in ``shown``.

    All are real paths. ``links`` are the symbolic links that lead there, each with its target;
    ``libraries`` are those of the paths that modules are imported from.
    """

    shown: tuple[str, ...]
    masked: tuple[str, ...]
    packages: tuple[str, ...]
    links: tuple[tuple[str, str], ...] = ()
    libraries: tuple[str, ...] = ()

    def without_masks(self) -> list[str]:
        """These paths as a flat list: a shown folder that holds a masked one is replaced by its entries."""
        paths: list[str] = []
        for path in self.shown:
            paths += _around(path, self.masked)
        return [*paths, *self.packages]

    def gave_way(self) -> list[str]:
        """Folders of which ``without_masks`` has only some entries. Imports still need to list these folders."""
        holding = [path for path in self.shown if any(_inside(mask, path) for mask in self.masked)]
        return _outermost([*holding, *self._package_folders()])

    def hidden(self) -> frozenset[str]:
        """Modules that are installed here but not shown."""
        shown = {os.path.basename(path) for path in self.packages}
        folders = {*self.masked, *self._package_folders()}
        others = {name for folder in folders for name in os.listdir(folder)} - shown
        return frozenset(name.partition(".")[0] for name in others) - sys.stdlib_module_names

    def _package_folders(self) -> set[str]:
        return {os.path.dirname(path) for path in self.packages}


def readable() -> Readable:
    """The allow-list on this machine, from the real paths of its Python and its packages."""
    named = {sysconfig.get_path("stdlib")}
    named |= {os.path.join(sys.base_prefix, "lib", name) for name in _shared_libraries(sys.base_prefix)}
    stdlib = {os.path.realpath(path) for path in named}
    installed = _package_paths()
    packages = {os.path.realpath(path) for path in installed}
    folders = {str(Path(path).parent) for path in packages} | _site_folders(stdlib)
    elsewhere = set().union(*(_linked(path, folders) for path in sorted({*stdlib, *packages})))
    shown = [path for path in (*SYSTEM, *sorted({*stdlib, *elsewhere})) if os.path.exists(path)]
    masked = [folder for folder in sorted(folders) if any(_inside(folder, path) for path in shown)]
    on_the_way = {link for path in (*named, *installed, *sys.path) for link in _links_to(path)}
    links = {link: os.readlink(link) for link in on_the_way if not any(_inside(link, p) for p in shown)}
    return Readable(
        shown=tuple(_outermost(shown)),
        masked=tuple(masked),
        packages=tuple(sorted(packages)),
        links=tuple(sorted(links.items())),
        libraries=tuple(_outermost(sorted({*stdlib, *packages, *elsewhere}))),
    )


def _linked(path: str, closed: set[str]) -> set[str]:
    """The targets, outside this path, of links below it: package managers may fill an environment with links.

    If a target has the same place below another root as its link has below this path, that whole root is returned
    instead. A folder that holds one of those in ``closed`` is left out.
    """
    found: set[str] = set()
    for link in _links_below(path, closed):
        target = os.path.realpath(link)
        if _inside(target, path) or any(_inside(target, root) for root in found):
            continue
        tail = link.removeprefix(path)
        root = target.removesuffix(tail) if target.endswith(tail) else target
        if os.path.exists(root) and not any(_inside(folder, root) for folder in closed):
            found.add(root)
    return found


def _links_below(folder: str, closed: set[str]) -> Iterator[str]:
    if folder in closed or not os.path.isdir(folder):
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_symlink():
                yield entry.path
            elif entry.is_dir():
                yield from _links_below(entry.path, closed)


def _links_to(path: str) -> set[str]:
    """The symbolic links that are followed on the way to a path, including those on the way of other links."""
    found: set[str] = set()
    here, ahead = "/", [part for part in reversed(path.split("/")) if part]
    while ahead and len(found) < MOST_LINKS:
        step = os.path.normpath(os.path.join(here, ahead.pop()))
        if os.path.islink(step):
            found.add(step)
            target = os.readlink(step)
            here = "/" if target.startswith("/") else here
            ahead += [part for part in reversed(target.split("/")) if part]
        else:
            here = step
    return found


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
    return {os.path.realpath(path) for path in found if os.path.isdir(path)}


def _package_paths() -> set[str]:
    """Top-level files and folders of the allowed distributions and all that they require, as they are installed."""
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
    roots = {os.path.abspath(str(package.locate_file(top))) for top in tops}
    return {root for root in roots if os.path.exists(root)}


def _first_parts(package: Distribution) -> set[str]:
    """The first parts of the package's file paths, read as text: torch has so many files that Path objects are slow."""
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
