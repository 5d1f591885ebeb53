"""The control: the instructor's solution, graded in the same sealed way, says whether this machine can be trusted.

A failure costs a student points only if the solution passes. The full control grades the solution, once per warm
parent. The short control calls it a few times, whenever something other than a student's code may be the cause.
"""

from __future__ import annotations

import builtins
import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Collection, Iterable
from dataclasses import replace
from functools import cache

from autograder import kit, machine
from autograder.checks import expect
from autograder.checks.remote import package_files
from autograder.grading import checked, grade, pictures
from autograder.homework import homework
from autograder.intake import Submission
from autograder.messages import Message
from autograder.results import Check, Graded, Verdict
from autograder.run import Run
from autograder.sandbox.client import WarmParent, import_path
from autograder.sandbox.ends import Crashed, StudentRaised, TimeLimit

# These do something when imported, or are huge.
NO_MODULES = set("antigravity ensurepip idlelib lib2to3 test this turtledemo".split())
# The hand-out promises these to student code, and the warm parent does not preload them.
RARE = (
    "sklearn.datasets sklearn.decomposition torchvision.models torchvision.transforms.v2 torch.utils.checkpoint "
    "torch.optim.swa_utils matplotlib.animation matplotlib.backends.backend_pdf mpl_toolkits.mplot3d tqdm.notebook"
).split()
PROMISED = {
    *(sys.stdlib_module_names - NO_MODULES),
    *(name.partition(".")[0] for name in RARE),
    "torch",
    "numpy",
}
IMPORT_SECONDS, SHORT_SECONDS = 120, 60
TRY_IMPORTS = """
import importlib, json, sys
sys.path[:], names = json.loads(sys.argv[1])
failed = {}
for name in names:
    try:
        importlib.import_module(name)
    except BaseException as error:
        failed[name] = isinstance(error, Exception) and not isinstance(error, ImportError)
print()
print(json.dumps(failed))
"""
# A student's process ended for no measured reason: it may have been killed from outside.
VANISHED = ("check.crashed_exit", "check.crashed_signal", "check.crashed_internal")
# Exceptions that a machine can cause.
OF_MACHINES = {
    kind.__name__
    for kind in vars(builtins).values()
    if isinstance(kind, type) and issubclass(kind, ImportError | OSError | MemoryError)
}
NAMED_MODULE = re.compile(r"(?:No module named|from) '([A-Za-z_][\w.]*)'")


def grade_with_doubt(submission: Submission, run: Run, warm_parent: WarmParent) -> Graded:
    """Grade, then run the short control if the machine may have caused a failure. Raises what ``grade`` raises."""
    before = machine.oom_kills()
    result = grade(submission, run, warm_parent)
    vanished = any(map(has_vanished, result.checks))
    verdict = None
    if not vanished and any(map(is_doubtful, result.checks)):
        verdict = in_short(run, warm_parent, named_modules(result.checks))
    return Graded(result, vanished, machine.oom_kills() > before, verdict)


def has_vanished(check: Check) -> bool:
    """Whether the process ended in this check for no known reason."""
    return check.message_id in VANISHED


def is_doubtful(check: Check) -> bool:
    """Whether the machine may be the cause: the process crashed, it waited, or the exception is in OF_MACHINES."""
    waited = check.outcome == "timeout" and check.message_id != "check.cpu_time"
    return check.outcome == "crashed" or waited or check.values.get("kind") in OF_MACHINES


def named_modules(checks: Iterable[Check]) -> frozenset[str]:
    """The promised modules that these checks' exceptions name."""
    texts = [str(check.values.get("text", "")) for check in checks if check.values.get("kind") in OF_MACHINES]
    names = {name for text in texts for name in NAMED_MODULE.findall(text)}
    return frozenset(name for name in names if name.partition(".")[0] in PROMISED and "__main__" not in name)


@cache
def solution() -> Submission:
    """The instructor's solution as a submission."""
    return Submission(
        "", {name: (homework().solved / name).read_bytes() for name in homework().files}, {}, (), ""
    )


def _patient(run: Run) -> Run:
    """The run with time limits no shorter than a class's; ``audit`` shortens them for attacks."""
    names = ("cpu_seconds", "wall_seconds", "short_run_cpu_seconds", "short_run_wall_seconds")
    times = {name: max(getattr(run.homework, name), getattr(homework(), name)) for name in names}
    return replace(run, homework=replace(run.homework, **times))


def in_full(run: Run, warm_parent: WarmParent, also: Collection[str] = ()) -> Verdict:
    """Import what students may, then grade the solution: it must get every point, its loss in the committed band."""
    modules, run = frozenset(also), _patient(run)
    try:
        fault = kit.module("checks.control").formula_fault() or _import_fault(
            run, warm_parent, [*stdlib(), *RARE], modules, read=True
        )
        if fault is not None:
            return Verdict(fault, modules=modules)
        done = checked(solution(), run, warm_parent)
        for name, check in done.checks.items():
            if check.points < check.max_points:
                values = {"needed": name, "check": name, "why": check.message}
                return Verdict(Message("control.check", values), modules=modules)
        whole = done.checks.get(run.homework.whole)
        return Verdict(None, pictures(done), modules, float(whole.values["reached"]) if whole else None)
    except (Crashed, StudentRaised, TimeLimit) as fault_of_ours:  # during the imports
        return Verdict(Message("control.call", {"fault": _line(fault_of_ours)}), modules=modules)
    except Exception as fault_of_ours:  # noqa: BLE001 - the grader would fail on any submission
        return Verdict(Message("control.fault", {"fault": _line(fault_of_ours)}), modules=modules)


def in_short(run: Run, warm_parent: WarmParent, modules: frozenset[str] = frozenset()) -> Verdict:
    """Load the solution's files and call one function of each; import these modules too."""
    run = _patient(run)
    try:
        if modules and (fault := _import_fault(run, warm_parent, [], modules, read=False)):
            return Verdict(fault, modules=modules)
        _call_each(run, warm_parent)
    except (Crashed, StudentRaised, TimeLimit, expect.Failed) as fault_of_ours:
        return Verdict(Message("control.call", {"fault": _line(fault_of_ours)}), modules=modules)
    except Exception as fault_of_ours:  # noqa: BLE001 - the grader's own fault
        return Verdict(Message("control.fault", {"fault": _line(fault_of_ours)}), modules=modules)
    return Verdict(modules=modules)


def _call_each(run: Run, warm_parent: WarmParent) -> None:
    """Call one function of each solution file. Raises what the sandbox raises, and Failed for a wrong answer."""
    files = package_files(run.homework.whole, solution().files)
    with warm_parent.student(run.homework.limits(), SHORT_SECONDS, seed=0) as process:
        process.ask("load", files=files, modules=list(run.homework.modules))
        kit.module("checks.control").call_each(process, run)


def stdlib() -> list[str]:
    """The public standard modules that this Python has, except NO_MODULES."""
    names = sorted(name for name in sys.stdlib_module_names if not name.startswith("_"))
    return [name for name in names if name not in NO_MODULES and importlib.util.find_spec(name)]


def lacking(names: Collection[str], broken: Collection[str] = ()) -> frozenset[str]:
    """Those of these modules that this Python can't import outside the sandbox either.

    One that exists but can't be read or run counts only if it is in ``broken``: else the machine is at fault.
    """
    if not names:
        return frozenset()
    command = [sys.executable, "-I", "-c", TRY_IMPORTS, json.dumps([import_path(), sorted(names)])]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=IMPORT_SECONDS, cwd="/"
    )
    try:
        failed = json.loads(done.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        return frozenset(names)
    return frozenset(name for name, is_broken in failed.items() if name in broken or not is_broken)


def _import_fault(
    run: Run, warm_parent: WarmParent, names: Collection[str], named: Collection[str], read: bool
) -> Message | None:
    """The first thing that a sealed process can't import, or can't read in the libraries, though this Python can.

    ``named`` are modules that students' exceptions name. One that is broken outside the sandbox too does not count.
    """
    patient = replace(run.homework.limits(), cpu_seconds=IMPORT_SECONDS)
    with warm_parent.student(patient, IMPORT_SECONDS, seed=0) as process:
        found = process.ask("libraries", names=[*names, *sorted(named)], read=read)
    if found["unreadable"]:
        return Message("control.unreadable", {"path": found["unreadable"]})
    missing = lacking(found["failed"], named)
    for name, why in found["failed"].items():
        if name not in missing:
            return Message("control.import", {"module": name, "why": why})
    return None


def _line(fault: Exception) -> str:
    return f"{type(fault).__name__}: {' '.join(str(fault).split())}"[:300]
