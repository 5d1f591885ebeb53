"""What does a failing function compute? It is asked a few more questions; what the answers show is said. Given.

Questions and readings are the grader's, in vae/desk/measured/. A statement predicts what the function returns for further
inputs, or it is not made.
"""

from __future__ import annotations

import contextlib
import copy
import importlib
import io
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any
from unittest import mock

import torch

from vae.desk.failure import ERROR, WRONG, Failure
from vae.desk.tasks import BY_ID, NO_WORDS, Task, Words, in_threes

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

# What to do about a misconception, in Korean and in English: its name is proved by what was measured.
TO_DO = in_threes(r"""
reparam-mu-forgotten
    mu가 빠졌습니다. mu를 더하세요.
    mu is missing. Add it.
reparam-noise-uniform
    rand는 0과 1 사이의 균등분포입니다. epsilon은 표준정규분포에서 뽑으세요.
    The noise is uniform, as from rand. Draw epsilon from a standard normal distribution.
rec-mean|kl-latent-mean
    평균이 아니라 합을 구하세요. 모든 이미지의 모든 원소에 대해 더합니다.
    Take the sum over all elements of all images, not their mean.
batch-mean
    이미지 수 N으로 나누지 마세요. 배치 전체의 합을 그대로 씁니다.
    Don't divide by the number of images N: the sum over the batch is asked for.
rec-sign|kl-sign|loss-sign
    부호가 반대인 항이 있습니다. 측정한 식과 요구하는 식의 부호를 하나씩 비교하세요.
    A sign is flipped. Compare the signs of the measured formula with those of the one asked for.
arguments-swapped
    인자의 순서가 바뀌었습니다. 호출하는 함수의 순서를 확인하세요. recon_x가 x보다, mu가 log_var보다 먼저입니다.
    The arguments are swapped. Check the order that the called function expects: recon_x before x, mu before log_var.
rec-logits
    recon_x는 이미 확률입니다. 이름에 logits가 붙지 않은 함수를 쓰세요.
    recon_x is a probability already. Use the function without logits in its name.
rec-squared-error
    제곱 오차 대신 이진 교차 엔트로피를 쓰세요.
    Use the binary cross-entropy instead of the squared error.
rec-binarised
    반올림하지 마세요. 회색 픽셀과 확률은 값 그대로 씁니다.
    Don't round: grey pixels and probabilities count as they are.
kl-missing-half
    1/2을 확인하세요. 네 항 모두에 한 번씩 곱해야 합니다.
    Check the 1/2: it multiplies each of the four terms once.
kl-missing-one|kl-brackets
    괄호를 확인하세요. 1을 포함한 네 항이 모두 합 안에 있고, -1/2은 합 전체에 곱합니다.
    Check the brackets: all four terms, with the 1, are inside the sum, and -1/2 multiplies the whole sum.
kl-mu-not-squared
    mu를 제곱하세요.
    Square mu.
kl-log-var-misread|kl-exp-forgotten
    log_var는 log(sigma²)입니다. 식의 sigma²은 log_var에서 다시 구해야 합니다.
    log_var is log(sigma²). The sigma² of the formula has to be computed from it.
kl-weighted
    곱한 수를 빼세요. 여기에는 가중치가 없습니다.
    Leave out the factor: nothing is weighted here.
interp-reversed
    처음과 끝이 바뀌었습니다. t = 0은 x_start, t = 1은 x_end입니다.
    Start and end are swapped: t = 0 belongs to x_start, t = 1 to x_end.
interp-pixels
    픽셀이 아니라 잠재 코드 mu를 섞은 다음 decode 하세요.
    Mix the codes mu, not the pixels, then decode.
""")

_told: set[str] = set()  # tasks: only the first failure of each is completed


def completed(failure: Failure) -> Failure:
    """The failure with what the task's function computes, if this is the task's first failure and can be measured."""
    if failure.kind not in (WRONG, ERROR) or failure.task in _told | {""}:
        return failure
    _told.add(failure.task)
    computed, shown = computes(BY_ID[failure.task])
    proved = [to_do for name, to_do in TO_DO if re.search(name, shown) and failure.kind == WRONG]
    return replace(failure, computes=computed, shows=shown, cause=[*proved, failure.cause][0])


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
