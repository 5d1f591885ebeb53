"""Find out by trying what this machine can do for grading, and say how to fix what it can't."""

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

from autograder import isolation, kit, machine
from autograder.homework import homework
from autograder.messages import Message
from autograder.outfolder import fresh_seed
from autograder.run import Run
from autograder.sandbox.client import WarmParent
from autograder.sandbox.ends import SandboxFault
from autograder.workers import CORES

# Each line: a setting, the value that forbids namespaces, the message.
FORBIDDING = (
    ("/proc/sys/kernel/unprivileged_userns_clone", "0", "doctor.userns_clone"),
    ("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1", "doctor.apparmor"),
    ("/proc/sys/user/max_user_namespaces", "0", "doctor.max_user_namespaces"),
)
CONTAINER_MARKS = ("/.dockerenv", "/run/.containerenv")
LIBRARIES = (
    "torch torchvision numpy scipy sklearn matplotlib tqdm safetensors pytest typer rich jinja2".split()
)
# Run in another process: a library that does not fit may crash the process that imports it.
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
    import torchvision.datasets
    return True
def cuda():
    import torch
    return torch.cuda.is_available()
for trial in (fits, cuda):
    try:
        found[trial.__name__] = [trial(), ""]
    except Exception as error:
        found[trial.__name__] = [False, f"{type(error).__name__}: {error}"[:200]]
print(json.dumps(found))
"""
LIBRARY_SECONDS = 300
GIGABYTE = 1 << 30
DISK = GIGABYTE
OTHER_SYSTEMS = "msilib msvcrt nt winreg winsound".split()  # modules that Python has on Windows only


@dataclass(frozen=True)
class Remark:
    """One finding: ``level`` is ``good``, ``note`` (works, but with less) or ``bad``."""

    level: str
    message: Message


def good(message_id: str, **values: object) -> Remark:
    return Remark("good", Message(message_id, values))


def note(message_id: str, **values: object) -> Remark:
    return Remark("note", Message(message_id, values))


def bad(message_id: str, **values: object) -> Remark:
    return Remark("bad", Message(message_id, values))


def examine(data_root: Path | None) -> Iterator[Remark]:
    """Try everything and yield each finding as it is made; the last one is the control's."""
    if sys.platform != "linux":
        yield bad("doctor.other_system", release=f"{platform.system()} {platform.release()}")
    yield from libraries()
    data = kit.optional("data")
    for there, message in data.found(data_root) if data else ():
        yield Remark("good" if there else "note", message)
    yield from room()
    yield from sandbox()


def libraries() -> Iterator[Remark]:
    """Whether each library can be imported, torch fits torchvision, and torch sees a GPU."""
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
    if not fits:
        yield bad("doctor.torch_misfit", why=why)
    yield good("doctor.cuda") if found["cuda"][0] else good("doctor.cpu")


def room() -> Iterator[Remark]:
    """Yield a remark for memory, disk space or a resource limit that is too small."""
    each = homework().memory_mb
    try:
        jobs = machine.jobs_that_fit(CORES, each)
        if jobs < CORES:
            yield note("doctor.memory_for_fewer", jobs=jobs, cores=CORES, each=each)
    except machine.Unfit as unfit:
        yield Remark("bad", unfit.message)
    for folder in dict.fromkeys((tempfile.gettempdir(), os.getcwd())):
        left = shutil.disk_usage(folder).free
        if left < DISK:
            yield bad("doctor.disk_short", path=folder, free=left / GIGABYTE)
    try:
        machine.check_limits(homework().limits(short_run=True))
    except machine.Unfit as unfit:
        yield Remark("bad", unfit.message)


def sandbox() -> Iterator[Remark]:
    """Start the sandbox as `grade` would, say which tier it has, and grade the instructor's solution in it."""
    try:
        parent = isolation.launch()
    except isolation.TooWeak as error:
        yield Remark("bad", error.message)
        return
    except (SandboxFault, OSError) as fault:
        yield bad("doctor.no_sandbox", why=str(fault)[-300:])
        return
    try:
        yield Remark({"namespaces": "good", "weak": "bad"}.get(parent.tier, "note"), isolation.told(parent))
        if "namespaces" in parent.why:
            yield from _forbidding()
        yield from control(parent)
    finally:
        parent.close()


def control(parent: WarmParent) -> Iterator[Remark]:
    """Whether the instructor's solution gets every point here, and which modules student code must do without."""
    from autograder import control as controlling

    names = {*sys.stdlib_module_names, *controlling.RARE} - controlling.NO_MODULES - {*OTHER_SYSTEMS}
    if lacking := sorted(controlling.lacking({name for name in names if not name.startswith("_")})):
        yield note("doctor.modules", names=", ".join(lacking))
    run = Run(homework(), homework().dataset(""), None, "cpu", fresh_seed(), "en")
    fault = controlling.in_full(run, parent).fault
    yield good("doctor.control") if fault is None else Remark("bad", fault)


def _libraries() -> dict[str, tuple[bool, str]]:
    """Per library and trial: whether it works, and its version or error. Empty if the process that tried them failed."""
    command = [sys.executable, "-c", TRY_LIBRARIES, *LIBRARIES]
    with suppress(OSError, ValueError, IndexError, subprocess.TimeoutExpired):
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIBRARY_SECONDS)
        found: dict[str, tuple[bool, str]] = json.loads(done.stdout.splitlines()[-1])
        return found
    return {}


def _forbidding() -> Iterator[Remark]:
    """The known settings that forbid namespaces here, with the way to change each."""
    for path, value, message_id in FORBIDDING:
        with suppress(OSError):
            if Path(path).read_text().strip() == value:
                yield Remark("note", Message(message_id))
    if any(map(os.path.exists, CONTAINER_MARKS)):
        yield note("doctor.container")
