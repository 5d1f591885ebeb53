"""The warm parent: a process with torch imported and no secrets, from which students' processes are forked.

A fork answers in tens of milliseconds; a fresh interpreter needs seconds for its imports.
Started by ``client.WarmParent.launch`` with ``python -I``; it stays single-threaded, runs no
backward pass and touches no accelerator, because neither survives a fork. For a GPU it does not even import torch:
each student's process does, before it is sealed, so that CUDA sees a fresh process.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import itertools
import json
import os
import platform
import random
import secrets
import signal
import socket
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any

from autograder.sandbox import linux, ordinary, supervisor, usage
from autograder.sandbox.readable import Readable, readable
from autograder.sandbox.seal import (
    SCRATCH,
    TIERS,
    Box,
    Limits,
    closed_to_others,
    identity,
    namespaces,
    seal,
    settle_in_namespaces,
    sources_hash,
)

# What students often import, and what training imports lazily (torch.optim alone would cost each child 2 s).
PRELOADED = (
    "torch torch._dynamo torch.distributions torch.utils.data torch.optim torch.nn.utils torch.autograd.forward_ad "
    "torchvision torchvision.datasets torchvision.transforms torchvision.utils numpy numpy.random safetensors.torch "
    "matplotlib.pyplot matplotlib.backends.backend_agg tqdm tqdm.auto "
    "autograder.sandbox.student"
).split()

TRIALS = 3  # per tier: one that was killed proves nothing

ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TORCHDYNAMO_DISABLE": "1",
    "TORCH_CPP_LOG_LEVEL": "ERROR",
    "MPLBACKEND": "Agg",
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
}

_serial = itertools.count(secrets.randbelow(3_000_000) * 1000)  # random, so that graders share no users


def preload(probes: str) -> None:
    """Import everything once, and let torch look at the processor while it still can."""
    for name in PRELOADED:
        importlib.import_module(name)
    import torch
    from tqdm import tqdm

    # No thread that watches progress bars: if it collects an unclosed bar while it starts, it waits for ever.
    tqdm.monitor_interval = 0
    ordinary.prepare()
    torch.set_num_threads(1)
    torch.backends.cpu.get_cpu_capability()
    torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))]).zero_grad()
    importlib.import_module(probes).rehearse()


def strongest_box(options: Mapping[str, Any], environment: Mapping[str, str]) -> tuple[Box, dict[str, str]]:
    """The strongest tier that works here, found by trying it in a throw-away child, and why stronger ones do not.

    ``options`` are those of ``client.WarmParent.launch``.
    """
    shown, me, why = Readable((), (), ()), identity(()), dict[str, str]()
    scratch = options["scratch"]
    same = scratch, options["device"], environment, options["package"], options["probes"]
    if sys.platform == "linux":
        from autograder.sandbox.syscalls import student_filter

        shown = readable()
        for tier in TIERS[TIERS.index(options["tier"]) : -1]:
            me = identity()
            if tier == "landlock" and any(map(closed_to_others, (*shown.without_masks(), scratch))):
                me = replace(me, reads_as_root=True)
            syscall_filter = student_filter(in_view=tier != "namespaces")
            box = Box(tier, me, shown, syscall_filter, *same)
            fault = _fault(box)
            if not fault:
                return box, why
            why[tier] = fault
    return Box("weak", me, shown, b"", *same), why


def _fault(box: Box) -> str:
    """Why no student's process can be sealed in this box, or "". Tried in a child, because talking to one takes torch."""
    for _ in range(TRIALS):
        fault = supervisor.trial(lambda: _have_sealed(box))
        if fault is not None:
            return fault
    return f"each of {TRIALS} trials was killed"


def _have_sealed(box: Box) -> None:
    """Seal a process in this box. Raises OSError if it does not say that it is ready."""
    from autograder.sandbox import wire

    mine, theirs = socket.socketpair()
    status, held = socket.socketpair()
    with mine, held:
        with theirs, status:
            pid = fork_student(theirs, status, box, Limits(10, 1024, 64, 256, 16, 16, 256, 1), seed=0)
        if str(pid) not in usage.descendants() or not usage.proportional_bytes("self"):
            raise OSError("/proc does not show child processes or their memory, so no limit can be held")
        try:
            hello = wire.receive(mine, 0)
        except wire.Closed:
            hello = json.loads(held.recv(4096) or b"{}")
    os.waitpid(pid, 0)
    if not hello or hello.get("exit") == -signal.SIGKILL:
        os.kill(os.getpid(), signal.SIGKILL)  # so that the trial counts as killed
    if hello != {"ready": True}:
        raise OSError(hello.get("fault", f"the process ended with {hello.get('exit', 'its supervisor')}"))


def serve(control: socket.socket, box: Box) -> None:
    """Fork one supervised student process for each request, until the grader hangs up."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        message, fds, _, _ = socket.recv_fds(control, 65536, 2)
        if not message:
            return
        request = json.loads(message)
        rpc, status = (socket.socket(fileno=fd) for fd in fds)
        with rpc, status:
            try:
                fork_student(rpc, status, box, Limits(**request["limits"]), request["seed"])
            except OSError as fault:  # no process can be started now; the next one may be
                tell(status, f"fork: {fault}")


def fork_student(rpc: socket.socket, status: socket.socket, box: Box, limits: Limits, seed: int) -> int:
    """Fork a supervisor and from it a student process, sealed in ``box``. Returns the supervisor's id."""
    uid, gid = os.geteuid(), os.getegid()
    user = box.identity.user(next(_serial))
    isolated = box.tier == "namespaces"

    def supervising() -> None:
        supervisor.settle([rpc.fileno(), status.fileno()])
        printed, printing = os.pipe()
        os.setsid()
        scratch = SCRATCH
        if sys.platform == "linux":
            linux.become_subreaper()
        if isolated:
            settle_in_namespaces(uid, gid)
        else:
            scratch = tempfile.mkdtemp(dir=box.scratch)
            os.chmod(scratch, 0o777)
        environment = {**box.environment, "HOME": scratch, "TMPDIR": scratch, "MPLCONFIGDIR": scratch}

        def studying() -> None:
            supervisor.settle([rpc.fileno(), printing])
            supervisor.die_with_supervisor()
            linux.be_killed_first()
            os.dup2(printing, 1)
            os.dup2(printing, 2)
            os.close(printing)
            os.setsid()  # Linux schedules sessions fairly: however many processes it has, its supervisor gets its turn
            if box.tier == "landlock":
                sys.meta_path.insert(0, Absent(box.readable.hidden()))
            if box.probes not in sys.modules:
                preload(box.probes)
            from autograder.sandbox import student, wire

            try:
                seal(box, limits, scratch, user, environment)
                start_afresh(seed, scratch, box.device)
            except Exception as fault:  # noqa: BLE001 - whatever it is, no student code has run yet
                wire.send(rpc, {"fault": f"{type(fault).__name__}: {fault}"})
                return
            student.answer(
                rpc,
                student.Workplace(
                    Path(scratch, box.package), sys.modules[box.probes], box.device, box.readable
                ),
            )

        child = supervisor.in_fork(os.fork(), studying, lambda fault: None)
        rpc.close()
        os.close(printing)
        supervisor.supervise(status, printed, child, limits, "" if isolated else scratch, user)
        if not isolated:
            supervisor.end_stragglers()
            supervisor.clear_away(scratch)

    pid = linux.fork_into(namespaces()) if isolated else os.fork()
    return supervisor.in_fork(pid, supervising, lambda fault: tell(status, fault))


def tell(status: socket.socket, fault: str) -> None:
    """Tell the grader about a fault of the kit itself, in place of a report."""
    with contextlib.suppress(OSError):
        status.send(json.dumps({"fault": fault}).encode(), socket.MSG_DONTWAIT)


def start_afresh(seed: int, scratch: str, device: str) -> None:
    """Forget what a fork inherits: random states, command line, the cached temporary folder. Wake the GPU up.

    Raises RuntimeError or AssertionError if there is no GPU.
    """
    import numpy
    import torch

    random.seed(seed)
    numpy.random.seed(seed % 2**32)
    torch.default_generator.manual_seed(seed)  # torch.manual_seed seeds accelerators too, which takes 5 ms
    if device != "cpu":
        torch.zeros(1, device=device)
        torch.cuda.manual_seed_all(seed)
    torch.set_num_threads(1)
    ordinary.open_streams()
    tempfile.tempdir = None
    sys.argv = [""]
    sys.path.insert(0, scratch)


class Absent(MetaPathFinder):
    """Makes modules that can't be read look as if they were not installed, which many packages are prepared for."""

    def __init__(self, names: frozenset[str]) -> None:
        self.names = names

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        if fullname in self.names:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)


def main() -> None:
    os.umask(0o022)  # not the instructor's: students' users must be able to enter the folders made here
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    control = socket.socket(fileno=int(sys.argv[1]))
    options = json.loads(sys.argv[2])
    grader = os.getppid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the grader decides
    # The client had blocked it, and students' processes must not inherit that.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    try:
        run(control, options)
    finally:
        with contextlib.suppress(ChildProcessError):
            os.wait()  # with SIGCHLD ignored, it returns when the last child has ended
        supervisor.clear_away(options["scratch"])  # a grader that was killed can't
        if options["folder"] and os.getppid() != grader:
            supervisor.clear_away(options["folder"])


def run(control: socket.socket, options: Mapping[str, Any]) -> None:
    """Import, find the strongest tier, report it, and serve until the grader hangs up, however that ends."""
    gc.disable()  # collections would find next to nothing, and take a sixth of the import time
    os.environ.clear()
    environment = {**ENVIRONMENT, **options["gpus"]}
    os.environ.update(environment)
    if not options["fresh"]:
        preload(options["probes"])
    box, why = strongest_box(options, environment)
    gc.freeze()
    gc.enable()
    hello = {"tier": box.tier, "why": why, "versions": versions(), "kit": sources_hash(options["probes"])}
    control.send(json.dumps(hello).encode())
    if sys.platform == "linux":
        linux.gather_pages()  # half a second, in which the grader's workers start
    serve(control, box)


def versions() -> dict[str, str]:
    """The versions with which a disputed grade would have to be reproduced."""
    from importlib.metadata import version

    found = {
        name: version(name)
        for name in ("torch", "torchvision", "numpy", "scipy", "scikit-learn", "safetensors")
    }
    return {"python": platform.python_version(), **found, "machine": platform.machine()}
