"""What this machine can do for grading, found out by trying it, and how to mend what it can't."""

from __future__ import annotations

import errno
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from autograder import isolation
from autograder.messages import Message
from autograder.sandbox import linux, supervisor
from autograder.sandbox.client import SandboxFault, WarmParent
from autograder.sandbox.readable import DEVICES
from autograder.sandbox.seal import namespaces, settle_in_namespaces
from autograder.settings import settings
from autograder.workers import CORES

NAMESPACES = {
    "user": linux.CLONE_NEWUSER,
    "mount": linux.CLONE_NEWNS,
    "pid": linux.CLONE_NEWPID,
    "net": linux.CLONE_NEWNET,
    "ipc": linux.CLONE_NEWIPC,
    "uts": linux.CLONE_NEWUTS,
    "cgroup": linux.CLONE_NEWCGROUP,
}
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
OWN_MEMORY = 2 * GIGABYTE  # of the warm parent, the fork server and the main process together, with room
DISK = GIGABYTE
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
    """Try everything and yield each finding as it is made; the last one says which tier is reached."""
    yield from system()
    yield from libraries()
    yield data(data_root)
    yield from room()
    if sys.platform == "linux":
        yield from protections()
    yield tier()


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
    """Memory and disk space, and what that is enough for."""
    free = _free_memory()
    if free is not None:
        jobs = max(0, (free - OWN_MEMORY) // (settings().memory_mb << 20))
        values: dict[str, object] = {
            "free": free / GIGABYTE,
            "jobs": jobs,
            "cores": CORES,
            "each": settings().memory_mb,
        }
        if jobs >= CORES:
            yield good("doctor.memory", **values)
        else:
            yield note("doctor.memory_for_fewer", **values) if jobs else bad("doctor.memory_short", **values)
    for folder in dict.fromkeys((tempfile.gettempdir(), os.getcwd())):
        left = shutil.disk_usage(folder).free
        values = {"path": folder, "free": left / GIGABYTE}
        yield good("doctor.disk", **values) if left >= DISK else bad("doctor.disk_short", **values)
    if closed := _closed_to_others(Path(tempfile.gettempdir())):
        yield note("doctor.closed_temporary", path=tempfile.gettempdir(), closed=closed)


def _closed_to_others(folder: Path) -> str:
    """The part of the way to this folder that only root may go, if this is root; student code is another user then."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return ""
    way = [folder.resolve(), *folder.resolve().parents]
    return next((str(part) for part in way if not part.stat().st_mode & 0o001), "")


def protections() -> Iterator[Finding]:
    """The kernel's protections, each tried in a child process."""
    yield from _namespaces()
    abi = linux.landlock_abi()
    why = _in_child(lambda: linux.landlock([], [], [])) if abi else os.strerror(errno.ENOSYS)
    yield bad("doctor.no_landlock", why=why) if why else good("doctor.landlock", abi=abi)
    why = _in_child(_filter_works)
    yield bad("doctor.no_seccomp", why=why) if why else good("doctor.seccomp")
    why = _proc_trouble()
    yield bad("doctor.no_proc", why=why) if why else good("doctor.proc")
    if hidden := [device for device in DEVICES if not os.access(device, os.R_OK)]:
        yield bad("doctor.no_devices", names=", ".join(hidden))
    cgroup = Path("/sys/fs/cgroup/cgroup.controllers").exists()
    yield good("doctor.cgroup") if cgroup else good("doctor.no_cgroup")


def tier() -> Finding:
    """Start the sandbox as `grade` would, have one student process answer, and say which tier it has."""
    try:
        parent = WarmParent.launch(isolation.at_most())
    except isolation.TooWeak as error:
        return Finding("bad", error.message)
    except (SandboxFault, OSError) as fault:
        return bad("doctor.no_sandbox", why=str(fault)[-300:])
    try:
        with parent.student(settings().limits(), settings().wall_seconds, seed=0) as student:
            student.ask("load", files={"__init__.py": "", "loss.py": ""}, modules=["loss"])
    except Exception as fault:  # noqa: BLE001 - whatever it is, it is what the instructor has to know
        return bad("doctor.no_sandbox", why=f"{type(fault).__name__}: {fault}"[:300])
    finally:
        parent.close()
    if parent.tier == "namespaces":
        return good("doctor.tier_namespaces")
    return note("doctor.tier_landlock") if parent.tier == "landlock" else bad("doctor.tier_weak")


def _libraries() -> dict[str, tuple[bool, str]]:
    """What a process of its own found out: for each library and trial, whether it works, and version or error."""
    command = [sys.executable, "-c", TRY_LIBRARIES, *LIBRARIES]
    with suppress(OSError, ValueError, IndexError, subprocess.TimeoutExpired):
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIBRARY_SECONDS)
        found: dict[str, tuple[bool, str]] = json.loads(done.stdout.splitlines()[-1])
        return found
    return {}


def _namespaces() -> Iterator[Finding]:
    wanted = {name: flag for name, flag in NAMESPACES.items() if flag & namespaces()}
    missing = {name: why for name, flag in wanted.items() if (why := _without_namespace(flag))}
    if not missing and (why := _in_child(_mount_inside, namespaces())):
        missing["mount"] = why  # they can be made, but nothing may be done in them: AppArmor's way
    if present := [name for name in wanted if name not in missing]:
        yield good("doctor.namespaces", names=", ".join(present))
    for name, why in missing.items():
        yield note("doctor.no_namespace", name=name, why=why)
    if missing:
        yield from _forbidding()


def _free_memory() -> int | None:
    """Bytes that can still be had: what the system has, or less where a container may not use it all."""
    try:
        lines = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
        free = int(lines["MemAvailable"].split()[0]) << 10
    except (OSError, KeyError, ValueError):
        return None
    with suppress(OSError, ValueError):  # "max" where there is no limit
        cgroup = Path("/sys/fs/cgroup")
        limit = int((cgroup / "memory.max").read_text())
        free = min(free, limit - int((cgroup / "memory.current").read_text()))
    return max(0, free)


def _without_namespace(flag: int) -> str:
    """Why no such namespace can be made; "" when it can. All but root need a user namespace around it."""
    return _in_child(lambda: None, flag if os.geteuid() == 0 else flag | linux.CLONE_NEWUSER)


def _forbidding() -> Iterator[Finding]:
    """The known settings that forbid namespaces, with the way to change each."""
    for path, value, message_id in FORBIDDING:
        with suppress(OSError):
            if Path(path).read_text().strip() == value:
                yield Finding("note", Message(message_id))
    if any(map(os.path.exists, CONTAINER_MARKS)):
        yield note("doctor.container")


def _mount_inside() -> None:
    settle_in_namespaces(os.getuid(), os.getgid())
    linux.mount("none", "/proc", "tmpfs", linux.MS_NOSUID, "size=1m")


def _filter_works() -> None:
    from autograder.sandbox.syscalls import student_filter

    linux.forbid_new_privileges()
    linux.install_filter(student_filter(in_view=True))
    try:
        os.execv("/bin/true", ["true"])
    except PermissionError:
        return
    raise OSError("a forbidden system call went through")


def _proc_trouble() -> str:
    """Why limits can't be watched; "" when they can. A child is looked at as supervisors look at students'."""
    pid = supervisor.in_fork(os.fork(), signal.pause)
    try:
        if str(pid) not in supervisor.descendants():
            return "/proc/PID/task/*/children"
        return "" if supervisor.proportional_bytes(str(pid)) else "/proc/PID/smaps_rollup"
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _in_child(body: Callable[[], None], flags: int = 0) -> str:
    """Run ``body`` in a child, in new namespaces if flags say so. Returns what went wrong, "" if nothing did."""
    reading, writing = os.pipe()

    def telling() -> None:
        try:
            body()
        except Exception as error:  # noqa: BLE001 - it is what the instructor has to know
            os.write(writing, (str(error) or type(error).__name__).encode()[:300])
        else:
            os.write(writing, b"\0")

    try:
        pid = supervisor.in_fork(linux.fork_into(flags) if flags else os.fork(), telling)
    except OSError as error:
        os.close(reading)
        return os.strerror(error.errno or 0)
    finally:
        os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    os.waitpid(pid, 0)
    return "" if said == b"\0" else said.decode(errors="replace") or "its process was killed"
