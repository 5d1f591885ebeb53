"""The sealed process: what hostile or broken code does there, in both isolated tiers.

Each case is a student's file of a few lines. Whatever it does, the grader learns how it ended, nothing is
left behind, and the warm parent serves the next student.
"""

from __future__ import annotations

import json
import os
import signal
import stat
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from autograder import isolation, kit, workers
from autograder.homework import homework
from autograder.run import Run
from autograder.sandbox import client, conversation, encoding, seal, supervisor
from autograder.sandbox import warm_parent as warm
from autograder.sandbox.client import WarmParent
from autograder.sandbox.encoding import Array, Foreign
from autograder.sandbox.ends import Crashed, SandboxFault, StudentRaised, TimeLimit, Unsendable
from autograder.sandbox.seal import FIRST_UID, SCRATCH, TIERS, Limits

Attempt = Callable[..., Any]
FINE = "def attack(): return 'fine'"

# Walks up the calling frames to the locals of the function that answers the grader.
INSIDE = """
    import sys
    def inside():
        frame = sys._getframe()
        while "rpc" not in frame.f_locals:
            frame = frame.f_back
        return frame.f_locals
"""


def processes(parent: WarmParent) -> list[int]:
    """All living processes that were forked from this warm parent, itself included; a fork keeps its command line."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and parent.scratch.encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue  # it ended meanwhile
    return found


def only_the_warm_parent_is_left(parent: WarmParent) -> bool:
    """Whether all others end within 30 s. They are killed when their connections close, which takes a moment."""
    patience = time.monotonic() + 30
    while len(processes(parent)) > 1 and time.monotonic() < patience:
        time.sleep(0.05)
    return len(processes(parent)) == 1


@pytest.fixture
def attacked(sealed: WarmParent, attempt: Attempt) -> Iterator[WarmParent]:
    """``sealed``. After the case it must answer the next student, and nothing of the case may still run."""
    yield sealed
    assert attempt(sealed, FINE) == "fine"
    assert only_the_warm_parent_is_left(sealed)


# --- how student code ends -------------------------------------------------------------------------------

RAISED = {
    "SystemExit": "raise SystemExit(0)",
    "exit": "import sys; sys.exit('bye')",
    "KeyboardInterrupt": "raise KeyboardInterrupt",
    "MemoryError": "raise MemoryError",
    "RecursionError": "def again(): again()\nagain()",
    "GeneratorExit": "raise GeneratorExit",
    "StopIteration": "raise StopIteration",
    "BaseException": "raise BaseException('bare')",
    "ZeroDivisionError": "1 / 0",
    "SyntaxError": "def broken(:",
    "IndentationError": "if True:\nx = 1",
    "ModuleNotFoundError": "import pandas_of_another_name",
    "EOFError": "input()",
}


@pytest.mark.parametrize("source", RAISED.values(), ids=RAISED.keys())
def test_an_exception_at_import_is_told_with_its_line(
    warm_parent: WarmParent, attempt: Attempt, source: str
) -> None:
    with pytest.raises(StudentRaised) as raised:
        attempt(warm_parent, source)
    assert raised.value.file == "loss.py"
    assert raised.value.line in (1, 2)


@pytest.mark.parametrize(
    ("name", "source"), [(name, source) for name, source in RAISED.items() if "Error" in name]
)
def test_an_exception_keeps_the_name_of_its_type(
    warm_parent: WarmParent, attempt: Attempt, name: str, source: str
) -> None:
    with pytest.raises(StudentRaised) as raised:
        attempt(warm_parent, source)
    assert raised.value.kind == name


@pytest.mark.parametrize("kind", ["SystemExit", "KeyboardInterrupt", "MemoryError", "RecursionError"])
def test_an_exception_in_a_call_ends_the_call_alone(sealed: WarmParent, attempt: Attempt, kind: str) -> None:
    source = f"""
        calls = []
        def attack():
            calls.append(1)
            if len(calls) < 2:
                raise {kind}
            return "second call"
    """
    with sealed.student(homework().limits(), 30, seed=1) as student:
        student.ask("load", files={"__init__.py": "", "loss.py": _renamed(source)}, modules=["loss"])
        with pytest.raises(StudentRaised) as raised:
            student.ask("loss", function="reconstruction_loss", arguments={}, wrt=[])
        answer = student.ask("loss", function="reconstruction_loss", arguments={}, wrt=[])
    assert raised.value.kind == kind
    assert answer["value"] == "second call"


def _renamed(source: str) -> str:
    return textwrap.dedent(source) + "\nreconstruction_loss = attack\n"


def test_a_missing_function_is_an_attribute_error(warm_parent: WarmParent, attempt: Attempt) -> None:
    with pytest.raises(StudentRaised) as raised:
        attempt(warm_parent, "x = 1")
    assert raised.value.kind == "AttributeError"
    assert "reconstruction_loss" in raised.value.text


@pytest.mark.parametrize(
    ("source", "text", "line"),
    [
        ("def attack():\n\n    raise ValueError('x' * 5000)", "x" * 200, 3),
        ("class Bad(Exception):\n    def __str__(self): raise OSError\ndef attack(): raise Bad", "", 3),
        ("class Odd(Exception):\n    def __str__(self): return 5\ndef attack(): raise Odd", "", 3),
        ("def attack(): raise ValueError('\\ud800 <b>')", "\ud800 <b>", 1),
        ("import json\ndef attack():\n    json.loads('{')", None, 3),
        ("def helper():\n    1 / 0\ndef attack(): helper()", "division by zero", 2),
    ],
    ids=["long", "raising __str__", "wrong __str__", "surrogate", "inside a library", "in a helper"],
)
def test_an_exception_is_told_by_text_and_innermost_line_of_the_student(
    warm_parent: WarmParent, attempt: Attempt, source: str, text: str | None, line: int
) -> None:
    with pytest.raises(StudentRaised) as raised:
        attempt(warm_parent, source)
    assert (raised.value.file, raised.value.line) == ("loss.py", line)
    assert text is None or raised.value.text == text


def test_the_place_of_an_exception_is_in_a_file_of_the_students_own(
    warm_parent: WarmParent, small: Limits
) -> None:
    """Never in a stand-in's file, although that is in the same package."""
    files = {
        "__init__.py": "",
        "model.py": "def build():\n    raise ValueError('given')\n",
        "loss.py": "\nimport vae.model\ndef reconstruction_loss():\n    vae.model.build()\n",
    }
    with warm_parent.student(small, 30, seed=1) as student:
        student.ask("load", files=files, modules=["loss"])
        with pytest.raises(StudentRaised) as raised:
            student.ask("loss", function="reconstruction_loss", arguments={}, wrt=[])
    assert (raised.value.file, raised.value.line, raised.value.text) == ("loss.py", 4, "given")


def test_an_exception_outside_of_the_students_files_has_no_place(
    warm_parent: WarmParent, small: Limits
) -> None:
    files = {"__init__.py": "", "loss.py": "import json\nreconstruction_loss = json.loads\n"}
    with warm_parent.student(small, 30, seed=1) as student:
        student.ask("load", files=files, modules=["loss"])
        with pytest.raises(StudentRaised) as raised:
            student.ask("loss", function="reconstruction_loss", arguments={"s": "{"}, wrt=[])
    assert raised.value.kind == "JSONDecodeError"
    assert (raised.value.file, raised.value.line) == (None, None)


ENDS = {
    "os._exit(0)": ("import os; os._exit(0)", ("exit", 0)),
    "os._exit(3)": ("import os; os._exit(3)", ("exit", 3)),
    "segmentation fault": ("import ctypes; ctypes.string_at(0)", ("signal", 11)),
    "abort": ("import os; os.abort()", ("signal", 6)),
    "file beyond the limit, as C does it": (
        "import signal, os\nsignal.signal(signal.SIGXFSZ, signal.SIG_DFL)\n"
        "f = os.open('big', os.O_CREAT | os.O_WRONLY)\nos.pwrite(f, b'x', 1 << 40)",
        ("signal", 25),
    ),
}


@pytest.mark.parametrize(("source", "end"), ENDS.values(), ids=ENDS.keys())
def test_a_process_that_vanishes_is_a_crash(
    attacked: WarmParent, attempt: Attempt, source: str, end: tuple[str, int]
) -> None:
    with pytest.raises(Crashed) as crashed:
        attempt(attacked, source)
    if "abort" in source and attacked.tier == "landlock":
        end = ("signal", 11)  # abort may not signal itself there; what it does instead ends in this signal
    assert (crashed.value.how, crashed.value.number) == end


@pytest.mark.parametrize("source", ["os._exit(0)", "sys.exit(0)"])
def test_atexit_never_runs(attacked: WarmParent, attempt: Attempt, source: str) -> None:
    with pytest.raises((Crashed, StudentRaised)):
        attempt(
            attacked,
            f"import atexit, os, sys, time\natexit.register(lambda: time.sleep(1000))\n{source}",
        )


ENDLESS = {
    "loop at import": "while True: pass",
    "loop inside C": "10 ** (10 ** 8)",
    "exceptions swallowed": """
        while True:
            try:
                while True: pass
            except BaseException: pass
    """,
    "every signal ignored": """
        import signal
        for number in range(1, 65):
            try: signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError): pass
        while True: pass
    """,
    "every signal blocked": """
        import signal
        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
        while True: pass
    """,
    "signal handled": """
        import signal
        signal.signal(signal.SIGXCPU, lambda *_: None)
        while True: pass
    """,
    "limit raised to the hard one": """
        import resource
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (hard, hard))
        while True: pass
    """,
    "in children": """
        import os
        def attack():
            for _ in range(3): os.fork()
            while True: pass
    """,
    "in another thread": """
        import threading, time
        def spin():
            while True: pass
        def attack():
            threading.Thread(target=spin).start()
            time.sleep(1000)
    """,
}


@pytest.mark.parametrize("source", ENDLESS.values(), ids=ENDLESS.keys())
def test_endless_computing_is_a_certain_time_limit(
    warm_parent: WarmParent, attempt: Attempt, small: Limits, source: str
) -> None:
    with pytest.raises(TimeLimit) as limit:
        attempt(warm_parent, source, limits=replace(small, memory_mb=1500), wall_seconds=120)
    assert limit.value.certain
    assert limit.value.seconds == 1


def test_a_loop_in_a_call_is_a_certain_time_limit(attacked: WarmParent, attempt: Attempt) -> None:
    with pytest.raises(TimeLimit) as limit:
        attempt(attacked, "def attack():\n    while True: pass", wall_seconds=120)
    assert limit.value.certain


WAITING = {
    "sleep": "import time; time.sleep(1000)",
    "lock": "import threading; lock = threading.Lock(); lock.acquire(); lock.acquire()",
    "pause": "import signal; signal.pause()",
    "a pipe nobody writes to": "import os; os.read(os.pipe()[0], 1)",
    "an answer that drips": INSIDE
    + """
    import os, time
    def attack():
        from autograder.sandbox import wire
        while True:
            os.write(inside()["rpc"].fileno(), wire.HEADER.pack(wire.MAGIC, 600000, 0)[:1] if not sent else b" ")
            sent.append(1)
            time.sleep(0.01)
    sent = []
    """.replace("wire.HEADER.pack(wire.MAGIC, 600000, 0)[:1]", "wire.HEADER.pack(wire.MAGIC, 600000, 0)"),
}


@pytest.mark.parametrize("source", WAITING.values(), ids=WAITING.keys())
def test_endless_waiting_is_an_uncertain_time_limit(
    attacked: WarmParent, attempt: Attempt, source: str
) -> None:
    with pytest.raises(TimeLimit) as limit:
        attempt(attacked, source, limits=homework().limits(), wall_seconds=1)
    assert not limit.value.certain
    assert limit.value.seconds == 1


# --- resources -------------------------------------------------------------------------------------------

BOMBS = {
    "bytes": ("grown = []\nwhile True: grown.append(bytearray(1 << 24))", "MemoryError"),
    "tensors": ("import torch\ngrown = []\nwhile True: grown.append(torch.ones(1 << 22))", "RuntimeError"),
    "one huge tensor": ("import torch\ntorch.zeros(1 << 40)", "RuntimeError"),
    "shared mappings": (
        """
        import mmap
        grown = []
        while True:
            grown.append(mmap.mmap(-1, 1 << 24))
            grown[-1].write(b"x" * (1 << 24))
        """,
        "memory",
    ),
    "children": (
        """
        import os, time
        for _ in range(8):
            if os.fork() == 0:
                mine = b"x" * (100 << 20)
                time.sleep(1000)
        time.sleep(1000)
        """,
        "memory",
    ),
}


@pytest.mark.parametrize(("source", "end"), BOMBS.values(), ids=BOMBS.keys())
def test_a_memory_bomb_is_stopped(
    attacked: WarmParent, attempt: Attempt, small: Limits, source: str, end: str
) -> None:
    with pytest.raises((StudentRaised, Crashed)) as stopped:
        attempt(attacked, source, limits=replace(small, cpu_seconds=30), wall_seconds=60)
    # The process may exceed the memory limit before the exception comes: both ends are right.
    assert (stopped.value.kind if isinstance(stopped.value, StudentRaised) else stopped.value.how) in (
        end,
        "memory",
    )


def test_a_fork_bomb_is_stopped(attacked: WarmParent, attempt: Attempt, small: Limits) -> None:
    source = """
        import os
        def attack():
            while True:
                try: os.fork()
                except OSError: pass
    """
    with pytest.raises((TimeLimit, Crashed)):
        attempt(attacked, source, limits=replace(small, processes=24), wall_seconds=120)


def counted(attempt: Attempt, parent: WarmParent, source: str, limits: Limits) -> int:
    """What ``attack`` counted until it was refused; 0 if its user had too many processes and it was ended for that."""
    try:
        return int(attempt(parent, source, limits=limits))
    except Crashed as end:
        assert end.how == "processes"
        return 0


def test_processes_are_counted(attacked: WarmParent, attempt: Attempt, small: Limits) -> None:
    source = """
        import os, time
        def attack():
            for count in range(1000):
                try: child = os.fork()
                except OSError: return count
                if child == 0: time.sleep(1000)
    """
    limits = replace(small, processes=8, cpu_seconds=30, memory_mb=1500)
    assert counted(attempt, attacked, source, limits) < 8


def test_threads_are_counted(attacked: WarmParent, attempt: Attempt, small: Limits) -> None:
    source = """
        import threading, time
        def attack():
            for count in range(1000):
                try: threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
                except RuntimeError: return count
    """
    assert counted(attempt, attacked, source, replace(small, processes=20)) < 20


def test_threads_of_another_grader_are_not_counted(
    sealed: WarmParent, attempt: Attempt, small: Limits
) -> None:
    """Another grader's students run as other users. Without such users, what the user starts later is not counted."""
    sleeping = """
        import threading, time
        def attack():
            for _ in range(60): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
            time.sleep(60)
    """
    working = """
        from concurrent.futures import ThreadPoolExecutor
        import time
        def attack():
            with ThreadPoolExecutor(8) as pool: return sum(pool.map(lambda n: time.sleep(0.3) or n, range(8)))
    """
    limits = replace(small, cpu_seconds=20, memory_mb=1500, processes=64)
    other = isolation.launch(sealed.tier)
    try:
        with ThreadPoolExecutor(2) as asking:
            asleep = [asking.submit(attempt, parent, sleeping, limits, 4) for parent in (other, sealed)]
            time.sleep(1)
            assert [attempt(sealed, working, limits=limits) for _ in range(3)] == [28, 28, 28]
            for each in asleep:
                with pytest.raises(TimeLimit):
                    each.result()
    finally:
        other.close()


def test_two_graders_have_no_user_in_common(sealed: WarmParent, attempt: Attempt, small: Limits) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root takes on another user")
    other = isolation.launch(sealed.tier)
    try:
        source = "import os\ndef attack(): return os.getuid()"
        users = [attempt(parent, source, limits=small) for parent in (sealed, other)]
    finally:
        other.close()
    assert abs(users[0] - users[1]) > 500


def test_open_files_are_counted(sealed: WarmParent, attempt: Attempt, small: Limits) -> None:
    source = """
        def attack():
            opened = []
            try:
                while True: opened.append(open("/dev/null"))
            except OSError: return len(opened)
    """
    assert attempt(sealed, source, limits=replace(small, open_files=40)) < 40


def test_a_file_has_a_largest_size(sealed: WarmParent, attempt: Attempt, small: Limits) -> None:
    source = """
        def attack():
            with open("big", "wb", buffering=0) as file:
                try:
                    while True: file.write(b"x" * (1 << 20))
                except OSError: return file.tell()
    """
    assert attempt(sealed, source, limits=replace(small, file_mb=4)) <= 4 << 20


@pytest.mark.parametrize(
    ("source", "most"),
    [
        ("f = open(f'{place}/{n}', 'wb', buffering=0); f.write(b'x' * (1 << 20)); f.close()", 8),
        ("open(f'{place}/{n}', 'wb').close()", 200),
    ],
    ids=["megabytes", "files"],
)
@pytest.mark.parametrize("place", [SCRATCH, "/tmp"])
def test_places_to_write_are_small(
    warm_parent: WarmParent, attempt: Attempt, small: Limits, source: str, most: int, place: str
) -> None:
    if warm_parent.tier != "namespaces":
        pytest.skip("without namespaces there is no file system of its own to bound")
    text = f"""
        def attack():
            place = {place!r}
            for n in range(1000):
                try: {source}
                except OSError as error: return n, error.errno
    """
    count, number = attempt(
        warm_parent, text, limits=replace(small, scratch_mb=8, scratch_files=200, cpu_seconds=30)
    )
    assert number == 28  # no space left
    assert count <= most


def test_limits_cannot_be_raised(sealed: WarmParent, attempt: Attempt) -> None:
    source = """
        import resource
        def attack():
            raised = []
            for name in ("CPU", "DATA", "NPROC", "NOFILE", "FSIZE", "CORE"):
                which = getattr(resource, "RLIMIT_" + name)
                try:
                    resource.setrlimit(which, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
                    raised.append(name)
                except (OSError, ValueError): pass
            return raised
    """
    assert attempt(sealed, source) == []


# --- what cannot be seen ---------------------------------------------------------------------------------

HIDDEN_FILES = {
    "the checks": (kit.folder() / "checks") / "test_2_loss.py",
    "the calibration": (kit.folder() / "checks") / "calibration.json",
    "the solution": homework().solved / "loss.py",
    "this test": Path(__file__),
    "the messages": kit.ENGINE / "messages" / "en.toml",
    "the engine": Path(client.__file__),
    "users": Path("/etc/passwd"),
    "passwords": Path("/etc/shadow"),
    "own memory map": Path("/proc/self/maps"),
    "own environment": Path("/proc/self/environ"),
    "memory": Path("/proc/meminfo"),
    "the first process": Path("/proc/1/cmdline"),
}


@pytest.mark.parametrize("path", HIDDEN_FILES.values(), ids=HIDDEN_FILES.keys())
def test_a_hidden_file_can_be_neither_read_nor_changed(
    sealed: WarmParent, attempt: Attempt, path: Path
) -> None:
    assert path.exists()
    source = f"""
        import os
        path = {str(path)!r}
        WAYS = {{
            "open": lambda: open(path, "rb").read(),
            "symlink": lambda: (os.symlink(path, "to"), open("to", "rb").read()),
            "link": lambda: (os.link(path, "linked"), open("linked", "rb").read()),
            "truncate": lambda: os.truncate(path, 0),
            "append": lambda: open(path, "ab"),
            "chmod": lambda: os.chmod(path, 0o777),
            "chown": lambda: os.chown(path, os.getuid(), -1),
            "utime": lambda: os.utime(path),
            "setxattr": lambda: os.setxattr(path, "user.x", b"y"),
            "rename": lambda: os.rename(path, "renamed"),
            "unlink": lambda: os.unlink(path),
        }}
        def attack():
            done = []
            for name, way in WAYS.items():
                try: way()
                except OSError: continue
                done.append(name)
            return done
    """
    assert attempt(sealed, source) == []
    assert path.exists()


@pytest.mark.parametrize(
    "folder", ["/proc", "/sys", "/home", str(kit.ROOT / "autograder"), str(homework().solution)]
)
def test_hidden_folders_show_no_names(sealed: WarmParent, attempt: Attempt, folder: str) -> None:
    source = f"""
        import os
        def attack():
            try: return os.listdir({folder!r})
            except OSError: return []
    """
    assert attempt(sealed, source) == []


def test_hidden_modules_look_as_if_they_were_not_installed(sealed: WarmParent, attempt: Attempt) -> None:
    source = """
        import importlib
        def kind(name):
            try: importlib.import_module(name)
            except BaseException as error: return type(error).__name__
        def attack():
            names = "checks checks.reference grading results kit intake sandbox.client sandbox.standins".split()
            names = ["autograder." + name for name in names] + ["pytest", "typer", "hypothesis"]
            return {name: kind(name) for name in names}
    """
    answers = attempt(sealed, source)
    assert answers == dict.fromkeys(answers, "ModuleNotFoundError")


def test_nothing_of_the_trusted_side_is_in_memory(sealed: WarmParent, attempt: Attempt) -> None:
    source = """
        import gc, sys
        def attack():
            modules = [name for name in sys.modules if name.startswith(("autograder", "pytest", "_pytest", "vae"))]
            files = {getattr(getattr(item, "__code__", None), "co_filename", "") for item in gc.get_objects()}
            return modules, [name for name in files if "autograder" in name]
    """
    modules, files = attempt(sealed, source)
    ours = {"autograder", "autograder.sandbox", "autograder.vae", "autograder.vae.probes"} | {
        f"autograder.vae.probes.{name}" for name in "devices package probes toys".split()
    }
    ours |= {
        f"autograder.sandbox.{name}"
        for name in "encoding linux ordinary readable seal student supervisor syscalls usage wire warm_parent".split()
    }
    assert set(modules) - {"vae", "vae.loss"} <= ours
    assert {Path(name).parent.name for name in files} <= {"sandbox", "probes"}


def test_the_environment_is_scrubbed(
    attempt: Attempt, sealed: WarmParent, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = """
        import ctypes, os
        libc = ctypes.CDLL(None)
        libc.getenv.restype = ctypes.c_char_p
        def attack(): return sorted(os.environ), [libc.getenv(name) for name in (b"PATH", b"USER", b"PYTHONPATH")]
    """
    names, from_c = attempt(sealed, source)
    expected = "CUDA_VISIBLE_DEVICES HOME LANG LC_ALL MKL_NUM_THREADS MPLBACKEND MPLCONFIGDIR OMP_NUM_THREADS"
    expected += " OPENBLAS_NUM_THREADS TMPDIR TORCHDYNAMO_DISABLE TORCH_CPP_LOG_LEVEL"
    assert names == expected.split()
    assert from_c == [None, None, None]


def test_only_the_connection_to_the_grader_is_open(sealed: WarmParent, attempt: Attempt) -> None:
    source = """
        import os
        def attack():
            found = {}
            for number in range(1024):
                try: found[str(number)] = [os.fstat(number).st_mode, os.fstat(number).st_rdev]
                except OSError: pass
            return found
    """
    found = attempt(sealed, source)
    assert found.pop("0")[1] == os.stat("/dev/null").st_rdev
    # Output goes into pipes, to be counted and forgotten.
    assert stat.S_ISFIFO(found.pop("1")[0]) and stat.S_ISFIFO(found.pop("2")[0])
    ((mode, _),) = found.values()
    assert stat.S_ISSOCK(mode)


def test_the_command_line_tells_nothing(sealed: WarmParent, attempt: Attempt) -> None:
    assert attempt(sealed, "import sys\ndef attack(): return sys.argv") == [""]


def test_the_process_belongs_to_nobody(sealed: WarmParent, attempt: Attempt) -> None:
    source = "import os\ndef attack(): return [*os.getresuid(), *os.getresgid(), *os.getgroups()]"
    ids = set(attempt(sealed, source))
    if os.geteuid() == 0:
        assert len(ids) == 1
        assert min(ids) >= FIRST_UID
    else:
        assert 0 not in ids


# --- what cannot be done ---------------------------------------------------------------------------------

FORBIDDEN = {
    "TCP": "socket.socket()",
    "UDP": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "IPv6": "socket.socket(socket.AF_INET6)",
    "raw": "socket.socket(socket.AF_INET, socket.SOCK_RAW)",
    "netlink": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "vsock": "socket.socket(40)",
    "url": "urllib.request.urlopen('http://127.0.0.1:1')",
    "abstract socket": "connected('\\0/tmp/.X11-unix/X0')",
    "exec": "os.execv('/bin/sh', ['sh'])",
    "exec of Python": "os.execv(sys.executable, ['python'])",
    "subprocess": "subprocess.run(['id'], check=True)",
    "shell": "subprocess.run('id', shell=True, check=True)",
    "spawn": "os.posix_spawn('/bin/true', ['true'], {})",
    "kill the parent": "os.kill(os.getppid(), 9)",
    "kill all": "os.kill(-1, 9)",
    "kill the first": "os.kill(1, 9)",
    "kill a stranger": f"os.kill({os.getpid()}, 9)",
    "signal a stranger": f"os.kill({os.getpid()}, 0)",
    "become root": "os.setuid(0)",
    "chroot": "os.chroot('.')",
    "unshare": "libc('unshare', 0x10000000)",
    "mount": "libc('mount', b'none', b'/tmp', b'tmpfs', 0, None)",
    "ptrace": "libc('ptrace', 16, os.getppid(), 0, 0)",
    "read other memory": "libc('process_vm_readv', os.getppid(), None, 0, None, 0, 0)",
    "memfd": "os.memfd_create('x')",
    "io_uring": "libc('syscall', 425, 1, None)",
    "clone3": "libc('syscall', 435, None, 0)",
    "device": "os.mknod('device', 0o020666, os.makedev(1, 1))",
    "precedence": "os.nice(-5)",
    "own precedence": "os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))",
    "limits of a stranger": "resource.prlimit(os.getppid(), resource.RLIMIT_CPU)",
    "host name": "socket.sethostname('x')",
    "new file in the root": "open('/x', 'w')",
    "new file beside Python": "open(os.path.join(os.path.dirname(os.__file__), 'x.py'), 'w')",
    "new file beside torch": "open(os.path.join(os.path.dirname(torch.__file__), 'x.py'), 'w')",
    "changed torch": "open(torch.__file__, 'a')",
    "new file in /etc": "open('/etc/x', 'w')",
    "new file in /var/tmp": "open('/var/tmp/x', 'w')",
    "new file in the checkout": f"open({str(kit.ROOT / 'x')!r}, 'w')",
}


@pytest.fixture(scope="session")
def tried(attempt: Attempt) -> Callable[[WarmParent], dict[str, str]]:
    """The outcome of each FORBIDDEN call; all are tried in one process per tier."""

    known: dict[str, dict[str, str]] = {}

    def all_tried(parent: WarmParent) -> dict[str, str]:
        if parent.tier in known:
            return known[parent.tier]
        lines = [f"    {name!r}: lambda: {expression}," for name, expression in FORBIDDEN.items()]
        source = """
import ctypes, os, resource, socket, subprocess, sys, urllib.request
import torch

def libc(name, *arguments):
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments) == -1:
        raise OSError(ctypes.get_errno(), name)

def connected(address):
    socket.socket(socket.AF_UNIX).connect(address)

def outcome(call):
    try: return "done: " + repr(call())
    except (OSError, LookupError): return "refused"

def attack():
    return {name: outcome(call) for name, call in FORBIDDEN.items()}

FORBIDDEN = {
"""
        known[parent.tier] = attempt(parent, source + "\n".join(lines) + "\n}")
        return known[parent.tier]

    return all_tried


@pytest.mark.parametrize("name", FORBIDDEN)
def test_a_forbidden_call_is_refused(
    sealed: WarmParent, tried: Callable[[WarmParent], dict[str, str]], name: str
) -> None:
    assert tried(sealed)[name] == "refused"


def test_a_socket_file_outside_cannot_be_reached(sealed: WarmParent, attempt: Attempt) -> None:
    import socket
    import tempfile

    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listening:
        os.chmod(folder, 0o777)
        listening.bind(f"{folder}/socket")
        os.chmod(f"{folder}/socket", 0o777)
        listening.listen()
        with pytest.raises(StudentRaised) as raised:
            attempt(sealed, f"import socket\nsocket.socket(socket.AF_UNIX).connect('{folder}/socket')")
    assert raised.value.kind in ("PermissionError", "FileNotFoundError")


def test_written_files_are_gone_with_the_process(attacked: WarmParent, attempt: Attempt) -> None:
    source = """
        import os, tempfile
        def attack():
            before = sorted(os.listdir("."))
            open("left-behind", "w").write("x")
            tempfile.mkstemp()
            return before
    """
    assert attempt(attacked, source) == ["vae"]
    assert attempt(attacked, source) == ["vae"]
    assert only_the_warm_parent_is_left(attacked)
    assert os.listdir(attacked.scratch) == []


def test_a_daemon_does_not_survive(attacked: WarmParent, attempt: Attempt) -> None:
    source = """
        import os, time
        def attack():
            if os.fork() == 0:
                try: os.setsid()
                except OSError: pass
                if os.fork() == 0:
                    while True: time.sleep(1000)
                os._exit(0)
            os.wait()
            return "daemon started"
    """
    assert attempt(attacked, source) == "daemon started"
    assert only_the_warm_parent_is_left(attacked)


def test_a_child_left_behind_by_an_exit_does_not_survive(attacked: WarmParent, attempt: Attempt) -> None:
    source = """
        import os, time
        if os.fork() == 0:
            while True: time.sleep(1000)
        os._exit(0)
    """
    with pytest.raises(Crashed):
        attempt(attacked, source)
    assert only_the_warm_parent_is_left(attacked)


def test_the_process_ends_with_the_block(sealed: WarmParent, small: Limits) -> None:
    with sealed.student(small, 30, seed=1):
        assert len(processes(sealed)) > 1
    assert only_the_warm_parent_is_left(sealed)


# --- what is not an answer -------------------------------------------------------------------------------

GARBLED = {
    "junk on every connection": """
        import os
        def attack():
            for number in range(256):
                try: os.write(number, b"junk" * 100)
                except OSError: pass
    """,
    "print to the connection": INSIDE
    + """
    import os
    def attack():
        os.dup2(inside()["rpc"].fileno(), 1)
        print("score: 100", flush=True)
        os.write(1, b"passed passed passed")
    """,
    "an answer in advance": INSIDE
    + """
    from autograder.sandbox import wire
    def attack():
        rpc, nonce = inside()["rpc"], inside()["request"]["nonce"]
        for _ in range(5):
            wire.send(rpc, {"nonce": nonce, "value": {"value": 42}})
    """,
    "an answer at import": INSIDE
    + """
    from autograder.sandbox import wire
    for _ in range(5):
        wire.send(inside()["rpc"], {"nonce": "0" * 32, "value": {"value": 42}})
    """,
    "an answer without a nonce": INSIDE
    + """
    from autograder.sandbox import wire
    def attack(): wire.send(inside()["rpc"], {"value": {"value": 42}})
    """,
    "no dict": INSIDE
    + """
    from autograder.sandbox import wire
    def attack(): wire.send(inside()["rpc"], [1, 2])
    """,
    "too large": INSIDE
    + """
    import os
    from autograder.sandbox import wire
    def attack(): os.write(inside()["rpc"].fileno(), wire.HEADER.pack(wire.MAGIC, 2**31, 2**62))
    """,
    "a refusal without a reason": INSIDE
    + """
    from autograder.sandbox import wire
    def attack(): wire.send(inside()["rpc"], {"nonce": inside()["request"]["nonce"], "refused": {"reason": "x", "what": ""}})
    """,
    "an exception of nothing": INSIDE
    + """
    from autograder.sandbox import wire
    def attack(): wire.send(inside()["rpc"], {"nonce": inside()["request"]["nonce"], "raised": 5})
    """,
    "an exception without a line": INSIDE
    + """
    from autograder.sandbox import wire
    def attack():
        raised = {"type": "E", "text": "", "file": None, "line": float("inf")}
        wire.send(inside()["rpc"], {"nonce": inside()["request"]["nonce"], "raised": raised})
    """,
    "pickle": INSIDE
    + """
    import os, pickle
    def attack(): os.write(inside()["rpc"].fileno(), pickle.dumps(print) * 10)
    """,
}


@pytest.mark.parametrize("source", GARBLED.values(), ids=GARBLED.keys())
def test_what_is_no_answer_is_a_garbled_crash(attacked: WarmParent, attempt: Attempt, source: str) -> None:
    with pytest.raises(Crashed) as crashed:
        attempt(attacked, source, asks=2)
    assert crashed.value.how == "garbled"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("def attack(): return 'x' * 2_000_000", "too_large"),
        ("import torch\ndef attack(): return torch.ones(1).expand(1 << 15, 1 << 15)", "too_large"),
        ("import torch\ndef attack(): return torch.nested.nested_tensor([torch.ones(2)])", "exotic"),
        (
            "import torch\nclass A:\n    __class__ = property(lambda _: torch.Tensor)\ndef attack(): return A()",
            "exotic",
        ),
        (
            "class A:\n    @property\n    def __class__(_): raise ValueError\ndef attack(): return A()",
            "not_encodable",
        ),
    ],
)
def test_an_answer_that_cannot_be_sent_is_told_and_the_process_goes_on(
    attacked: WarmParent, small: Limits, source: str, reason: str
) -> None:
    text = source + "\nreconstruction_loss = attack\ndef kl_divergence(): return 'goes on'"
    with attacked.student(small, 30, seed=1) as student:
        student.ask("load", files={"__init__.py": "", "loss.py": text}, modules=["loss"])
        with pytest.raises(Unsendable) as refused:
            student.ask("loss", function="reconstruction_loss", arguments={}, wrt=[])
        answer = student.ask("loss", function="kl_divergence", arguments={}, wrt=[])
    assert refused.value.kind == reason
    assert answer["value"] == "goes on"


def test_a_forged_answer_to_the_question_itself_is_only_data(sealed: WarmParent, attempt: Attempt) -> None:
    """Answering with the right nonce gains nothing: a value is not a verdict."""
    source = (
        INSIDE
        + """
    from autograder.sandbox import wire
    import time
    def attack():
        wire.send(inside()["rpc"], {"nonce": inside()["request"]["nonce"], "value": {"value": "passed"}})
        time.sleep(1000)
    """
    )
    assert attempt(sealed, source) == "passed"


def test_two_processes_that_answer_are_found_out(attacked: WarmParent, attempt: Attempt) -> None:
    with pytest.raises(Crashed):
        attempt(attacked, "import os\ndef attack(): os.fork(); return 1", asks=3)


def test_objects_arrive_as_names_and_run_nothing_here(sealed: WarmParent, attempt: Attempt) -> None:
    source = """
        import torch
        class Yes:
            def __eq__(self, other): return True
            def __float__(self): return 0.0
            def __reduce__(self): return (print, ("run in the grader",))
        class Sly(torch.Tensor):
            pass
        def attack(): return [Yes(), torch.zeros(2).as_subclass(Sly), 10 ** 400, float("nan")]
    """
    yes, sly, huge, nan = attempt(sealed, source)
    assert yes == Foreign("vae.loss.Yes")
    assert isinstance(sly, Array)
    assert not sly.plain
    assert huge == Foreign("int")
    assert nan != nan


def test_printing_megabytes_does_nothing(sealed: WarmParent, attempt: Attempt) -> None:
    source = """
        import os, sys
        def attack():
            for _ in range(300):
                print("x" * 100_000); print("y" * 1000, file=sys.stderr); os.write(1, b"z" * 1000)
            return "printed"
    """
    assert attempt(sealed, source) == "printed"


# --- what right code needs -------------------------------------------------------------------------------

HONEST = {
    "backward": (
        "import torch\ndef attack():\n    x = torch.ones(3, requires_grad=True); (x * x).sum().backward()\n"
        "    return x.grad.tolist()",
        [2.0, 2.0, 2.0],
    ),
    "many threads": (
        "import torch\ndef attack():\n    torch.set_num_threads(2)\n"
        "    return (torch.ones(400, 400) @ torch.ones(400, 400)).mean().item()",
        400.0,
    ),
    "a plot": (
        "def attack():\n    import matplotlib.pyplot as plt, os\n    plt.plot([1, 2]); plt.savefig('a.png')\n"
        "    return os.path.getsize('a.png') > 0",
        True,
    ),
    "streams in another encoding": (
        "import sys\nsys.stdout.reconfigure(encoding='utf-8'); sys.stderr.reconfigure(errors='replace')\n"
        "def attack(): print('\\uae30\\ub313'); return sys.stdout.encoding",
        "utf-8",
    ),
    "streams wrapped anew": (
        "import io, sys\nsys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding='cp949', line_buffering=True)\n"
        "def attack(): print('\\uae30\\ub313', flush=True); return sys.stdout.encoding",
        "cp949",
    ),
    "streams detached": (
        "import codecs, io, sys\nsys.stdout = io.TextIOWrapper(sys.stdout.detach(), encoding='utf-8')\n"
        "sys.stderr = codecs.getwriter('utf-8')(sys.stderr.detach())\n"
        "def attack(): print('\\uae30\\ub313'); print('x', file=sys.stderr); return sys.stdout.seekable()",
        False,
    ),
    "output redirected": (
        "import contextlib, io\ndef attack():\n    with contextlib.redirect_stdout(io.StringIO()) as said: print('x')\n"
        "    return said.getvalue()",
        "x\n",
    ),
    **{
        f"a window by {name}": (
            f"import matplotlib\nmatplotlib.use('{name}')\nimport matplotlib.pyplot as plt\n"
            "def attack():\n    plt.plot([1, 2]); plt.show(); plt.close('all'); return plt.get_backend().lower()",
            "agg",
        )
        for name in (
            "TkAgg",
            "QtAgg",
            "Qt5Agg",
            "MacOSX",
            "nbAgg",
            "WebAgg",
            "module://matplotlib_inline.backend_inline",
        )
    },
    "a window by pyplot": (
        "import matplotlib.pyplot as plt\nplt.switch_backend('TkAgg')\n"
        "def attack(): plt.rcParams['backend'] = 'QtAgg'; return plt.figure() is not None",
        True,
    ),
    "a backend for files": (
        "import matplotlib\nmatplotlib.use('svg')\ndef attack(): return matplotlib.get_backend().lower()",
        "svg",
    ),
    **{
        f"a bar of {module}": (
            f"def attack():\n    from {module} import tqdm, trange\n    bar = tqdm(range(5), desc='x')\n"
            "    bar.set_postfix(loss=1.0)\n    return sum(bar) + sum(trange(3))",
            13,
        )
        for module in ("tqdm", "tqdm.auto", "tqdm.notebook", "tqdm.autonotebook")
    },
    "a bar by its old name": (
        "from tqdm import tqdm_notebook, tnrange\ndef attack(): return sum(tqdm_notebook(range(5)))",
        10,
    ),
    "a bar": ("def attack():\n    from tqdm.auto import tqdm\n    return sum(tqdm(range(5)))", 10),
    "a bar without a thread": (
        "def attack():\n    import threading\n    from tqdm import tqdm\n    return sum(tqdm(range(5))), threading.active_count()",
        (10, 1),
    ),
    "digits": (
        "def attack():\n    from sklearn.datasets import load_digits\n    return len(load_digits().data)",
        1797,
    ),
    "a file of weights": (
        "import torch\ndef attack():\n    torch.save(torch.ones(2), 'w.pt')\n    return torch.load('w.pt').tolist()",
        [1.0, 1.0],
    ),
    "a temporary file": (
        "import tempfile\ndef attack():\n    with tempfile.NamedTemporaryFile('w+') as f:\n"
        "        f.write('x'); f.seek(0); return f.read()",
        "x",
    ),
    "random numbers": (
        "import os, secrets\ndef attack(): return len(os.urandom(4) + secrets.token_bytes(4))",
        8,
    ),
    "distributions": (
        "import torch\ndef attack(): return torch.distributions.Normal(0., 1.).rsample((2,)).shape[0]",
        2,
    ),
    "the date": ("import datetime\ndef attack(): return datetime.datetime.now().year > 2000", True),
    "logging": ("import logging\ndef attack(): logging.warning('x'); return 1", 1),
    "a thread": (
        "import threading\ndef attack():\n    found = []\n    t = threading.Thread(target=found.append, args=(7,))\n"
        "    t.start(); t.join(); return found",
        [7],
    ),
    "scikit-learn's threads": (
        "def attack():\n    from threadpoolctl import threadpool_limits\n    with threadpool_limits(1): return 1",
        1,
    ),
    "the user's name": ("import getpass\ndef attack(): return getpass.getuser()", "student"),
    "a file of weights that is mapped": (
        "import torch\ndef attack():\n    torch.save({'w': torch.ones(9)}, 'w.pt')\n"
        "    return torch.load('w.pt', mmap=True)['w'].sum().item()",
        9.0,
    ),
    "warnings as errors": (
        "import warnings\nwarnings.filterwarnings('error')\nimport torch\n"
        "def attack(): torch.optim.Adam([torch.nn.Parameter(torch.ones(1))]); return 1",
        1,
    ),
    "streams that were closed": (
        "import sys\nsys.stdout.close(); sys.stdout = open('log', 'w')\ndef attack(): print('x'); return 1",
        1,
    ),
    "output copied to a file": (
        "import os\nos.dup2(os.open('log', os.O_CREAT | os.O_WRONLY), 1)\n"
        "def attack(): print('x', flush=True); return open('log').read()",
        "x\n",
    ),
    "its own other names": ("import vae.loss\ndef attack(): return vae.loss.attack is attack", True),
}


@pytest.mark.parametrize(("source", "value"), HONEST.values(), ids=HONEST.keys())
def test_ordinary_code_works(sealed: WarmParent, attempt: Attempt, source: str, value: Any) -> None:
    assert attempt(sealed, source, limits=homework().limits()) == value


@pytest.mark.parametrize("module", "optparse sqlite3 turtledemo wave xmlrpc.client encodings.idna".split())
def test_the_standard_library_can_be_imported(sealed: WarmParent, attempt: Attempt, module: str) -> None:
    """Even modules that the warm parent has not imported, and even if Python lies in a folder that only root may enter."""
    assert attempt(sealed, f"import {module}\ndef attack(): return 1") == 1


def test_the_seed_decides_about_random_numbers(sealed: WarmParent, attempt: Attempt) -> None:
    source = """
        import random, numpy, torch
        def attack(): return [random.random(), float(numpy.random.rand()), torch.rand(1).item()]
    """
    first, again, other = (attempt(sealed, source, seed=seed) for seed in (5, 5, 6))
    assert first == again
    assert all(one != two for one, two in zip(first, other, strict=True))


def test_students_can_run_side_by_side(sealed: WarmParent, small: Limits) -> None:
    files = {"__init__.py": "", "loss.py": "def reconstruction_loss(x): return x + 1"}
    students = [sealed.student(small, 30, seed=n) for n in range(4)]
    try:
        for student in students:
            student.ask("load", files=files, modules=["loss"])
        answers = [
            student.ask(
                "loss", function="reconstruction_loss", arguments={"x": torch.tensor(float(n))}, wrt=[]
            )
            for n, student in enumerate(students)
        ]
    finally:
        for student in students:
            student.close()
    assert [float(answer["value"].data) for answer in answers] == [1, 2, 3, 4]


def test_source_code_arrives_byte_for_byte(sealed: WarmParent) -> None:
    """Whatever encoding the file declares, Python itself decodes it."""
    source = "# -*- coding: euc-kr -*-\ndef reconstruction_loss(): return '기댓값'\n".encode("euc-kr")
    with sealed.student(homework().limits(), 30, seed=1) as student:
        files = {"__init__.py": "", "loss.py": source.decode("latin-1")}
        student.ask("load", files=files, modules=["loss"])
        assert student.ask("loss", function="reconstruction_loss", arguments={}, wrt=[])["value"] == "기댓값"


# --- how the tier is chosen ------------------------------------------------------------------------------


def test_a_trial_says_how_it_ended() -> None:
    def raising() -> None:
        raise PermissionError(1, "Operation not permitted")

    def forbidden() -> int:
        raise PermissionError(1, "no process for you")

    assert supervisor.trial(lambda: None) == ""
    assert supervisor.trial(raising) == "PermissionError: [Errno 1] Operation not permitted"
    assert supervisor.trial(lambda: os._exit(0)) is None, "it did not come to its end"
    assert supervisor.trial(lambda: os.kill(os.getpid(), signal.SIGKILL)) is None
    assert supervisor.trial(lambda: None, forbidden) == "[Errno 1] no process for you"


@pytest.mark.parametrize(("raises", "status"), [(False, 0), (True, supervisor.BROKEN)])
def test_an_exception_in_a_child_is_told_and_has_a_status_of_its_own(raises: bool, status: int) -> None:
    reading, writing = os.pipe()

    def body() -> None:
        if raises:
            raise ValueError("x" * 5000)

    pid = supervisor.in_fork(os.fork(), body, lambda fault: os.write(writing, fault.encode()) and None)
    _, ended = os.waitpid(pid, 0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    assert os.waitstatus_to_exitcode(ended) == status
    assert said == ("ValueError: " + "x" * 5000)[: supervisor.MAX_FAULT] * raises


def options(tier: str, scratch: Path) -> dict[str, str]:
    probes = isolation.probes()
    return {"tier": tier, "device": "cpu", "scratch": str(scratch), "package": "vae", "probes": probes}


FAULTS: dict[str, tuple[list[str | None], list[str | None], str, dict[str, str]]] = {
    "all works": ([""], [], "namespaces", {}),
    "no namespaces": (["not permitted"], [""], "landlock", {"namespaces": "not permitted"}),
    "one kill": ([None, ""], [], "namespaces", {}),
    "kills": (
        [None, None, None],
        [""],
        "landlock",
        {"namespaces": "each of 3 trials was killed"},
    ),
    "nothing works": (["a"], ["b"], "weak", {"namespaces": "a", "landlock": "b"}),
}


@pytest.mark.parametrize(("first", "second", "tier", "why"), FAULTS.values(), ids=FAULTS.keys())
def test_the_strongest_tier_that_works_is_taken_and_it_is_said_why_no_stronger_one(
    first: list[str | None],
    second: list[str | None],
    tier: str,
    why: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    temporary: Path,
) -> None:
    said = iter([*first, *second])
    monkeypatch.setattr(supervisor, "trial", lambda _: next(said))
    box, reasons = warm.strongest_box(options("namespaces", temporary), {})
    assert (box.tier, reasons, list(said)) == (tier, why, [])


def test_a_tier_that_was_asked_for_needs_no_excuse(monkeypatch: pytest.MonkeyPatch, temporary: Path) -> None:
    monkeypatch.setattr(supervisor, "trial", lambda _: "")
    box, reasons = warm.strongest_box(options("landlock", temporary), {})
    assert (box.tier, reasons) == ("landlock", {})


ALL = "0 0 4294967295\n"
MAPS = {
    "no user namespace": ((ALL, ALL), range(FIRST_UID, FIRST_UID + seal.USERS)),
    "65,536 ids": (("0 100000 65536\n",) * 2, range(65536 - 64 - 4096, 65536 - 64)),
    "rootless podman": (("0 1000 1\n1 100000 65536\n",) * 2, range(65537 - 64 - 4096, 65537 - 64)),
    "fewer groups than users": ((ALL, "0 100000 65536\n"), range(65536 - 64 - 4096, 65536 - 64)),
    "root alone": (("0 1000 1\n",) * 2, range(0)),
    "a few": (("0 1000 4096\n",) * 2, range(0)),
}


@pytest.mark.parametrize(("maps", "users"), MAPS.values(), ids=MAPS.keys())
def test_students_are_users_that_exist_here(
    maps: tuple[str, str], users: range, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [tmp_path / name for name in ("uid_map", "gid_map")]
    for path, text in zip(paths, maps, strict=True):
        path.write_text(text)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    me = seal.identity(map(str, paths))
    assert me.users == users
    assert me.user(5) == (users[5] if users else None)
    assert me.user(len(users)) == (users[0] if users else None), "in turn"
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert seal.identity(map(str, paths)).users == range(0)


def test_a_folder_that_only_its_owner_may_enter_is_found(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    for folder in (tmp_path, *tmp_path.parents):
        if not folder.stat().st_mode & 0o001:
            assert seal.closed_to_others(str(tmp_path / "a" / "b")) != ""
            break
    (tmp_path / "a" / "b").chmod(0o700)
    closed = seal.closed_to_others(str(tmp_path / "a" / "b"))
    assert closed and not Path(closed).stat().st_mode & 0o001
    assert seal.closed_to_others("/usr/lib") == seal.closed_to_others("/dev/null") == ""


# --- the warm parent itself ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def gone() -> tuple[WarmParent, list[int]]:
    """A warm parent of the weakest tier, already closed, and the processes that it had before."""
    parent = isolation.launch("weak", fresh=True)
    before = processes(parent)
    parent.close()
    return parent, before


def test_the_tier_can_be_weakened_and_is_told(gone: tuple[WarmParent, list[int]]) -> None:
    assert gone[0].tier == "weak"


def test_a_warm_parent_that_is_gone_is_the_graders_fault(
    gone: tuple[WarmParent, list[int]], small: Limits
) -> None:
    with pytest.raises(SandboxFault):
        gone[0].student(small, 30, seed=1)


def test_closing_ends_the_warm_parent_and_its_folder(gone: tuple[WarmParent, list[int]]) -> None:
    parent, before = gone
    assert len(before) == 1
    patience = time.monotonic() + 30
    while processes(parent) and time.monotonic() < patience:
        time.sleep(0.05)
    assert processes(parent) == []
    assert not os.path.exists(parent.scratch)


def test_weak_isolation_has_to_be_agreed_to() -> None:
    weak = WarmParent(None, "weak", {"landlock": "no such kernel"}, {}, "")  # type: ignore[arg-type]
    isolation.check(weak, allow_weak=True)
    with pytest.raises(isolation.TooWeak) as refused:
        isolation.check(weak, allow_weak=False)
    assert refused.value.status == 3 and "landlock: no such kernel" in refused.value.message.text("ko")


@pytest.mark.parametrize("tier", TIERS[:2])
def test_strong_isolation_needs_no_agreement(tier: str) -> None:
    isolation.check(WarmParent(None, tier, {}, {}, ""), allow_weak=False)  # type: ignore[arg-type]


def test_an_unknown_tier_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(isolation.SWITCH, "none")
    with pytest.raises(isolation.TooWeak) as refused:
        isolation.at_most()
    assert refused.value.message.id == "isolation.unknown"


def test_the_versions_that_a_grade_depends_on_are_told(warm_parent: WarmParent) -> None:
    libraries = {"torch", "torchvision", "numpy", "scipy", "scikit-learn", "safetensors"}
    assert set(warm_parent.versions) == {"python", "machine", *libraries}
    assert json.loads(json.dumps(warm_parent.versions)) == warm_parent.versions


def test_a_warm_parent_that_does_not_come_up_is_the_graders_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client.sys, "executable", "/bin/false")
    with pytest.raises(SandboxFault, match="did not start"):
        isolation.launch("weak", fresh=True)


def test_a_warm_parent_of_another_kit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "sources_hash", lambda probes: "0" * 64)
    with pytest.raises(SandboxFault, match="another kit"):
        isolation.launch("weak", fresh=True)


def test_without_room_for_temporary_files_nothing_is_started(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "ROOM_MB", 1 << 40)
    monkeypatch.setattr(workers, "_start_server", lambda: pytest.fail("it was started"))
    with pytest.raises(SandboxFault, match="no room"), workers.local(run, 1, False):
        pass


def test_workers_leave_no_thread_behind(run: Run) -> None:
    """At exit Python wakes such a thread through a pipe that it may be closing: a traceback in the terminal."""
    before = set(threading.enumerate())
    with workers.local(run, 2, True) as local:
        local.control(False, frozenset()).result()
        assert set(threading.enumerate()) - before
    assert not set(threading.enumerate()) - before


def test_a_request_beyond_the_protocol_is_refused_here(warm_parent: WarmParent, small: Limits) -> None:
    """An unknown probe, the grader's own mistake, is reported as an exception of the student's process."""
    with warm_parent.student(small, 30, seed=1) as student, pytest.raises(StudentRaised) as raised:
        student.ask("no such probe")
    assert raised.value.kind == "KeyError"


def test_encoding_and_client_agree_on_the_largest_answer(warm_parent: WarmParent, small: Limits) -> None:
    source = f"import torch\ndef reconstruction_loss(): return torch.zeros({conversation.MAX_REPLY} // 4 + 1)"
    with warm_parent.student(replace(small, memory_mb=1000), 30, seed=1) as student:
        student.ask("load", files={"__init__.py": "", "loss.py": source}, modules=["loss"])
        with pytest.raises(Unsendable) as refused:
            student.ask("loss", function="reconstruction_loss", arguments={}, wrt=[])
    assert refused.value.kind == "too_large"
    assert encoding.MAX_JSON < conversation.MAX_REPLY == encoding.MAX_TENSORS
