"""What does a failing function compute? It is asked a few more questions; what the answers show is said. Given.

Questions and readings are the grader's, in vae/desk/measured/. A statement predicts what the function returns for further
inputs, or it is not made.
"""

from __future__ import annotations

import contextlib
import copy
import importlib
import io
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any
from unittest import mock

import torch

from vae.desk.failure import ERROR, WRONG, Failure
from vae.desk.tasks import BY_ID, NO_WORDS, Task, Words

SECONDS = 10  # for a function that does not return; others take less than one, or a few on a slow machine
SEED = 0
KNOWN = ("raises",)  # what a failure says anyway
# The formulas that are asked for are shown as in the tasks, with sigma.
IN_SIGMA = {
    "exp(0.5*log_var)": "sigma",
    "exp(log_var/2)": "sigma",
    "exp(log_var)": "sigma^2",
    "log_var": "log(sigma^2)",
}

_told: set[str] = set()  # tasks: only the first failure of each is completed


def completed(failure: Failure) -> Failure:
    """The failure with what the task's function computes, if this is the task's first failure and can be measured."""
    if failure.kind not in (WRONG, ERROR) or failure.task in _told | {""}:
        return failure
    _told.add(failure.task)
    computed, shown = computes(BY_ID[failure.task])
    return replace(failure, computes=computed, shows=shown)


def computes(task: Task) -> tuple[Words, str]:
    """What the function of a task computes, and the misconceptions that this shows; both may be empty.

    Never raises, and takes SECONDS at most.
    """
    found: list[tuple[Words, str]] = []

    def measure() -> None:
        with contextlib.suppress(BaseException):  # a student's code may even call exit()
            found.append(_said(task))

    thread = threading.Thread(target=measure, daemon=True)
    _allow(SECONDS)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        thread.start()
        thread.join(SECONDS)
    return found[0] if found else (NO_WORDS, "")


def _allow(seconds: int) -> None:
    """Raise the limit on CPU time that the worker set for a check, if there is one."""
    with contextlib.suppress(ImportError):  # Windows
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
        if soft != resource.RLIM_INFINITY:
            resource.setrlimit(resource.RLIMIT_CPU, (soft + seconds, hard))


def _said(task: Task) -> tuple[Words, str]:
    from vae.desk.measured.measured import measured
    from vae.desk.measured.particles import fitted
    from vae.desk.measured.words import WORDS

    with _stand_in() if task.file == "latent.py" else contextlib.nullcontext():
        statements = [each for each in measured(task.function, ask, SEED) if each.id not in KNOWN]
    lines = []
    for language in range(2):
        texts = []
        for each in statements:
            values = {**each.values, "asked": _in_sigma(each.values.get("asked"))}
            texts.append(fitted(WORDS[each.id][language], values).format_map(values))
        lines.append(" ".join(texts))
    return Words(*lines), " ".join(each.misconception for each in statements if each.misconception)


def _in_sigma(formula: Any) -> Any:
    for here, there in IN_SIGMA.items() if isinstance(formula, str) else ():
        formula = formula.replace(here, there)
    return formula


@contextlib.contextmanager
def _stand_in() -> Iterator[None]:
    """A model with noise of its own, so that vae/latent.py is measured without the student's reparameterize."""
    from vae import model

    class StandIn(model.VAE):
        def reparameterize(self, mu, log_var):
            return mu + (1 + log_var) * torch.randn_like(mu)

    with mock.patch.object(model, "VAE", StandIn):
        yield


def ask(calls: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What each of these calls of a probe returned or raised."""
    from vae.desk.measured.probes import PROBES

    return [_outcome(PROBES[each["probe"]], copy.deepcopy(each["arguments"])) for each in calls]


def _outcome(probe: Callable[..., Any], arguments: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"value": _seen(probe(**arguments))}
    except BaseException as error:  # noqa: BLE001 - SystemExit is the student's, too
        return {"raised": {"type": type(error).__name__[:100]}}


def _seen(value: Any) -> Any:
    """A value as readings expect it: plain data, tensors as Array, and of other objects only the type."""
    from vae.desk.measured.encoding import Array, Foreign, type_name

    if value is None or type(value) in (bool, int, str):
        return value
    if isinstance(value, float):
        return float(value)
    if isinstance(value, torch.Tensor):
        data = None if value.is_meta or value.is_complex() else value.detach().clone()
        plain, dtype = (
            type(value) in (torch.Tensor, torch.nn.Parameter),
            str(value.dtype).removeprefix("torch."),
        )
        return Array(dtype, tuple(value.shape), str(value.device), value.requires_grad, plain, data)
    if type(value) in (list, tuple):
        return type(value)(map(_seen, value))
    if type(value) is dict and all(type(key) is str for key in value):
        return {key: _seen(each) for key, each in value.items()}
    return Foreign(type_name(value))


def module(name: str) -> ModuleType:
    """The readings of a stub, which the grader calls "measure.STUB"."""
    return importlib.import_module(f"vae.desk.measured.{name.rpartition('.')[2]}")


def optional(name: str) -> ModuleType | None:
    """The readings of a stub; None if only the grader has them."""
    try:
        return module(name)
    except ModuleNotFoundError:
        return None


def reparameterize_device(**_: Any) -> dict[str, bool]:
    """Whether devices are mixed, which only the grader looks at: to load what watches devices takes two seconds."""
    return {"mixed": False}


latent_device = reparameterize_device
