"""The filter of system calls: every call that libseccomp knows is classified; any other is answered as missing."""

from __future__ import annotations

import ctypes
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.homework import homework
from autograder.sandbox import syscalls
from autograder.sandbox.client import WarmParent
from autograder.sandbox.ends import StudentRaised
from autograder.sandbox.seal import Limits
from tests.test_defences import run

# All calls that libseccomp 2.6.1 knows on these two, and umount. For a later version, a test below names the new ones.
KNOWN = Path(__file__).with_name("syscall_names.txt")
ARCHITECTURES = {"x86-64": 0xC000003E, "aarch64": 0xC00000B7}
TABLES = ("allowed", "denied", "not_supported", "unknown")


def classified() -> list[str]:
    return [name for table in TABLES for name in syscalls.names(table)]


def of_this_libseccomp(architecture: int) -> set[str]:
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_syscall_resolve_num_arch.restype = ctypes.c_char_p
    found = (library.seccomp_syscall_resolve_num_arch(architecture, number) for number in range(1000))
    return {name.decode() for name in found if name}


def test_every_known_call_is_classified_once() -> None:
    assert [name for name, times in Counter(classified()).items() if times > 1] == []
    assert set(KNOWN.read_text().split()) == set(classified())


@pytest.mark.parametrize("architecture", ARCHITECTURES.values(), ids=ARCHITECTURES.keys())
def test_every_call_of_the_installed_libseccomp_is_classified(architecture: int) -> None:
    found = of_this_libseccomp(architecture)
    assert len(found) > 250
    assert found <= set(classified()), "allow or deny these in autograder/sandbox/syscalls.toml"


def test_only_what_is_allowed_else_is_denied_in_view() -> None:
    assert set(syscalls.names("denied_in_view")) <= set(syscalls.names("allowed"))


def test_young_numbers_are_those_of_this_libseccomp() -> None:
    import pyseccomp

    for name, number in syscalls.YOUNG.items():
        known = pyseccomp.resolve_syscall(pyseccomp.Arch.X86_64, name)
        assert known in (number, -1), name


def test_a_call_that_is_not_classified_is_missing(monkeypatch: pytest.MonkeyPatch, small: Limits) -> None:
    source = """
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        def attack(): return libc.sysinfo(ctypes.create_string_buffer(4096)), ctypes.get_errno()
    """
    assert run("landlock", source, small)[0] == 0
    allowed = syscalls.CLASSIFIED["allowed"]
    shorter = {reason: calls.replace("sysinfo", "") for reason, calls in allowed.items()}
    monkeypatch.setitem(syscalls.CLASSIFIED, "allowed", shorter)
    assert run("landlock", source, small) == (-1, 38)


NEEDED = {
    "a copy with its dates": (
        "import shutil\ndef attack():\n    open('a', 'w').write('x')\n    return shutil.copy2('a', 'b')",
        "b",
    ),
    "workers of a loader": (
        "import torch\nfrom torch.utils.data import DataLoader, TensorDataset\ndef attack():\n"
        "    loader = DataLoader(TensorDataset(torch.arange(12.0)), batch_size=4, num_workers=2)\n"
        "    return sum(batch.sum().item() for (batch,) in loader)",
        66.0,
    ),
    "a copy with its rights": (
        "import os, shutil\ndef attack():\n    open('a', 'w').write('x')\n    shutil.copy('a', 'b'); os.mkdir('c')\n"
        "    shutil.copytree('c', 'd'); return open('b').read()",
        "x",
    ),
    "workers that stay, and a limit on waiting": (
        "import torch\nfrom torch.utils.data import DataLoader, TensorDataset\ndef attack():\n"
        "    loader = DataLoader(TensorDataset(torch.arange(12.0)), batch_size=4, num_workers=2, timeout=9,\n"
        "                        persistent_workers=True, prefetch_factor=4)\n"
        "    return [sum(batch.sum().item() for (batch,) in loader) for _ in range(2)] + [loader.num_workers]",
        [66.0, 66.0, 2],
    ),
    **{
        f"workers, {how}": (
            "import torch, torch.multiprocessing\nfrom torch.utils.data import DataLoader, TensorDataset\ndef attack():\n"
            "    torch.multiprocessing.set_sharing_strategy('file_system')\n"
            f"    loader = DataLoader(TensorDataset(torch.arange(12.0)), 4, num_workers=2, {options})\n"
            "    return sum(batch.sum().item() for (batch,) in loader)",
            66.0,
        )
        for how, options in (
            ("as on Windows", "multiprocessing_context='spawn'"),
            ("begun by a function", "worker_init_fn=print"),
        )
    },
    "a pool": (
        "import multiprocessing\ndef attack():\n    with multiprocessing.get_context('fork').Pool(2) as pool:\n"
        "        return pool.map(abs, [-1, -2])",
        [1, 2],
    ),
    "a pipe of multiprocessing": (
        "import multiprocessing as mp\ndef attack():\n    here, there = mp.Pipe()\n"
        "    mp.get_context('fork').Process(target=there.send, args=('hello',)).start()\n    return here.recv()",
        "hello",
    ),
    "a queue": (
        "import multiprocessing as mp\ndef attack():\n    queue = mp.get_context('fork').Queue()\n"
        "    mp.get_context('fork').Process(target=queue.put, args=(7,)).start()\n    return queue.get()",
        7,
    ),
    "its own cores": (
        "import os\ndef attack():\n    os.sched_setaffinity(0, os.sched_getaffinity(0))\n    return True",
        True,
    ),
    "a loop of events": (
        "import asyncio\nasync def one(): return 1\ndef attack(): return asyncio.run(one())",
        1,
    ),
    "a thread pool": (
        "from concurrent.futures import ThreadPoolExecutor\ndef attack():\n"
        "    with ThreadPoolExecutor(4) as pool: return list(pool.map(abs, [-3]))",
        [3],
    ),
}


@pytest.mark.parametrize(("source", "value"), NEEDED.values(), ids=NEEDED.keys())
def test_what_right_code_calls_is_allowed(
    sealed: WarmParent, attempt: Callable[..., Any], source: str, value: Any
) -> None:
    if sealed.tier == "landlock" and any(word in source for word in ("Pool(", ".Queue(")):
        with pytest.raises(StudentRaised) as raised:  # /dev/shm is everybody's; at least the student is told
            attempt(sealed, source, limits=homework().limits())
        assert (
            raised.value.kind in ("PermissionError", "FileNotFoundError") and raised.value.file == "loss.py"
        )
    else:
        assert attempt(sealed, source, limits=homework().limits()) == value
