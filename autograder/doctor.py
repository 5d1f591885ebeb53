"""What this machine can do for grading, found out by trying it, and how to mend what it can't."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from autograder import isolation, machine
from autograder.messages import Message
from autograder.outfolder import fresh_seed
from autograder.run import Run
from autograder.sandbox.client import SandboxFault, WarmParent
from autograder.settings import settings
from autograder.workers import CORES

# Each line: what forbids namespaces where it says so, the value that forbids, the message.
FORBIDDING = (
    ("/proc/sys/kernel/unprivileged_userns_clone", "0", "doctor.userns_clone"),
    ("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1", "doctor.apparmor"),
    ("/proc/sys/user/max_user_namespaces", "0", "doctor.max_user_namespaces"),
)
CONTAINER_MARKS = ("/.dockerenv", "/run/.containerenv")
LIBRARIES = (
    "torch torchvision numpy scipy sklearn matplotlib tqdm safetensors pytest typer rich jinja2".split()
)
# Imported apart from this process: a library that does not fit may take its process down with it.
TRY_LIBRARIES = """
import importlib, json, sys
found = {}
for name in sys.argv[1:]:
    try:
        module = importlib.import_module(name)
        found[name] = [True, str(getattr(module, "__version__", ""))]
    except Exception as error:
        found[name] = [False, f"{type(error).__name__}: {error}"[:200]]
def fits():
    import torch, torchvision
    torchvision.ops.nms(torch.rand(1, 4), torch.rand(1), 0.5)
    from torchvision.datasets import MNIST
    return True
def digits():
    from sklearn.datasets import load_digits
    return len(load_digits().images) == 1797
def cuda():
    import torch
    return torch.cuda.is_available()
for trial in (fits, digits, cuda):
    try:
        found[trial.__name__] = [trial(), ""]
    except Exception as error:
        found[trial.__name__] = [False, f"{type(error).__name__}: {error}"[:200]]
print(json.dumps(found))
"""
LIBRARY_SECONDS = 300
GIGABYTE = 1 << 30
DISK = GIGABYTE
OTHER_SYSTEMS = "msilib msvcrt nt winreg winsound".split()  # modules that Python has on Windows alone
MNIST_FILES = 4


@dataclass(frozen=True)
class Finding:
    """One thing that was tried: ``level`` is ``good``, ``note`` (works, with less) or ``bad``."""

    level: str
    message: Message


def good(message_id: str, **values: object) -> Finding:
    return Finding("good", Message(message_id, values))


def note(message_id: str, **values: object) -> Finding:
    return Finding("note", Message(message_id, values))


def bad(message_id: str, **values: object) -> Finding:
    return Finding("bad", Message(message_id, values))


def examine(data_root: Path | None) -> Iterator[Finding]:
    """Try everything and yield each finding as it is made; the last one is the control's."""
    yield from system()
    yield from libraries()
    yield data(data_root)
    yield from room()
    yield from sandbox()


def system() -> Iterator[Finding]:
    """Operating system, Python, user, cores."""
    release = f"{platform.system()} {platform.release()} {platform.machine()}"
    if sys.platform == "linux":
        yield good("doctor.system", release=release)
    else:
        yield bad("doctor.other_system", release=release)
    version = platform.python_version()
    if (3, 10) <= sys.version_info[:2] <= (3, 13):
        yield good("doctor.python", version=version)
    else:
        yield bad("doctor.other_python", version=version)
    if hasattr(os, "geteuid"):
        yield good("doctor.root") if os.geteuid() == 0 else good("doctor.not_root")
    yield good("doctor.cores", count=CORES)


def libraries() -> Iterator[Finding]:
    """Whether each library can be imported, torch and torchvision fit together, and what is seen of a GPU."""
    found = _libraries()
    if not found:
        yield bad("doctor.libraries_crash")
        return
    versions = ", ".join(f"{name} {found[name][1]}".strip() for name in LIBRARIES if found[name][0])
    yield good("doctor.libraries", versions=versions)
    for name in LIBRARIES:
        if not found[name][0]:
            yield bad("doctor.library_missing", name=name, why=found[name][1])
    fits, why = found["fits"]
    if fits:
        yield good("doctor.torch_fits")
    else:
        yield bad("doctor.torch_misfit", why=why)
    if not found["digits"][0]:
        yield bad("doctor.no_digits", why=found["digits"][1])
    yield good("doctor.cuda") if found["cuda"][0] else good("doctor.cpu")


def data(root: Path | None) -> Finding:
    """Whether MNIST lies in its folder; only --dataset mnist needs it."""
    place = Path(root or os.environ.get("VAE_DATA_ROOT") or "~/.cache/vae-assignment").expanduser()
    try:
        files = {file.name.partition(".")[0] for file in (place / "MNIST" / "raw").glob("*-ubyte*")}
    except OSError:
        files = set()
    if len(files) == MNIST_FILES:
        return good("doctor.mnist", path=place)
    return note("doctor.no_mnist", path=place)


def room() -> Iterator[Finding]:
    """Memory, disk space and resource limits, and what they are enough for."""
    free, each = machine.free_mb(), settings().memory_mb
    if free is not None:
        jobs = max(0, (free - machine.OWN_MB) // each)
        values: dict[str, object] = {"free": free / 1024, "jobs": jobs, "cores": CORES, "each": each}
        if jobs >= CORES:
            yield good("doctor.memory", **values)
        else:
            yield note("doctor.memory_for_fewer", **values) if jobs else bad("doctor.memory_short", **values)
    for folder in dict.fromkeys((tempfile.gettempdir(), os.getcwd())):
        left = shutil.disk_usage(folder).free
        values = {"path": folder, "free": left / GIGABYTE}
        yield good("doctor.disk", **values) if left >= DISK else bad("doctor.disk_short", **values)
    try:
        machine.check_limits(settings().limits(short_run=True))
    except machine.Unfit as unfit:
        yield Finding("bad", unfit.message)


def sandbox() -> Iterator[Finding]:
    """Start the sandbox as `grade` would, say which tier it has, and grade the instructor's solution in it."""
    try:
        parent = WarmParent.launch(isolation.at_most())
    except isolation.TooWeak as error:
        yield Finding("bad", error.message)
        return
    except (SandboxFault, OSError) as fault:
        yield bad("doctor.no_sandbox", why=str(fault)[-300:])
        return
    try:
        yield Finding({"namespaces": "good", "weak": "bad"}.get(parent.tier, "note"), isolation.told(parent))
        if "namespaces" in parent.why:
            yield from _forbidding()
        yield from control(parent)
    finally:
        parent.close()


def control(parent: WarmParent) -> Iterator[Finding]:
    """Whether the instructor's solution gets every point here, and which modules student code has to do without."""
    from autograder import control as controlling

    names = {*sys.stdlib_module_names, *controlling.RARE} - controlling.NO_MODULES - {*OTHER_SYSTEMS}
    if lacking := sorted(controlling.lacking({name for name in names if not name.startswith("_")})):
        yield note("doctor.modules", names=", ".join(lacking))
    fault = controlling.in_full(Run(settings(), "digits", None, "cpu", fresh_seed(), "en"), parent).fault
    yield good("doctor.control") if fault is None else Finding("bad", fault)


def _libraries() -> dict[str, tuple[bool, str]]:
    """What a process of its own found out: for each library and trial, whether it works, and version or error."""
    command = [sys.executable, "-c", TRY_LIBRARIES, *LIBRARIES]
    with suppress(OSError, ValueError, IndexError, subprocess.TimeoutExpired):
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIBRARY_SECONDS)
        found: dict[str, tuple[bool, str]] = json.loads(done.stdout.splitlines()[-1])
        return found
    return {}


def _forbidding() -> Iterator[Finding]:
    """The known settings that forbid namespaces, with the way to change each."""
    for path, value, message_id in FORBIDDING:
        with suppress(OSError):
            if Path(path).read_text().strip() == value:
                yield Finding("note", Message(message_id))
    if any(map(os.path.exists, CONTAINER_MARKS)):
        yield note("doctor.container")
