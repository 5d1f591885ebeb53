"""What a row needs of the machine that tries it, and why it can't be tried if that is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

from tests.machines.row import Row

MEMORY = Path("/sys/fs/cgroup/memory")
PIDS = Path("/sys/fs/cgroup/pids")


@cache
def missing(need: str) -> str:
    """Why this need is not met here, or ""."""
    if need.startswith("tool:"):
        name = need.removeprefix("tool:")
        return "" if shutil.which(name) else f"there is no {name} here"
    return NEEDS[need]()


def why_not(row: Row) -> str:
    """Why this row can't be tried here, or ""."""
    needs = (*row.needs, *(("mounts",) if row.own_mounts else ()))
    return next((why for need in needs if (why := missing(need))), "")


def _root() -> str:
    return "" if os.geteuid() == 0 else "it takes root"


def _works(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=10).returncode == 0
    except OSError:
        return False


def _mounts() -> str:
    if os.geteuid() == 0 and _works("unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"):
        return ""
    return "it takes root that may mount"


def _overlay() -> str:
    return "" if "overlay" in Path("/proc/filesystems").read_text() else "this kernel has no overlayfs"


def _capabilities() -> str:
    if os.geteuid() == 0 and _works("setpriv", "--bounding-set=-sys_admin", "true"):
        return ""
    return "it takes root that may give up capabilities"


def _user_namespaces() -> str:
    if os.geteuid() == 0 and _works("unshare", "--user", "true"):
        return ""
    return "it takes root that may make user namespaces"


def _cgroup(folder: Path) -> str:
    if (folder / "cgroup.procs").exists() and os.access(folder, os.W_OK):
        return ""
    return f"there is no {folder} to make a group in (cgroup v1)"


NEEDS: dict[str, Callable[[], str]] = {
    "root": _root,
    "mounts": _mounts,
    "overlay": _overlay,
    "capabilities": _capabilities,
    "user namespaces": _user_namespaces,
    "memory cgroup": lambda: _cgroup(MEMORY),
    "pids cgroup": lambda: _cgroup(PIDS),
}
