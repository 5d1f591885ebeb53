"""How loss_function combines the student's own two terms, and whether both keep their gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import torch
from torch import Tensor

from autograder.checks.measured import Question, Reading, Said, Seen, Unclear, Values, scalar, short, tensor
from autograder.vae.checks.inputs import Draw
from autograder.vae.measure import common
from autograder.vae.measure.kl_divergence import KL
from autograder.vae.measure.reconstruction_loss import FLAT, IMAGE
from autograder.vae.measure.terms import (
    EXACT,
    NOT_SCALAR,
    Law,
    Weights,
    call,
    computed,
    infinite,
    near,
    neat,
    repeated,
    steadiness,
    text_of,
    whole,
    written,
)

SIZES = (1, 2), (2, 30), (3, 5), (4, 4), (6, 2)  # N and D
NAMES = "recon_x", "x", "mu", "log_var"
TERMS = {"reconstruction_loss": NAMES[:2], "kl_divergence": NAMES[2:]}
DIFFERENTIATED = "recon_x", "mu", "log_var"
TOTAL = "reconstruction + KL"
KL_ALONE, KL_PER_IMAGE = "KL", "KL/N"  # with the reconstruction added
BOTH = Law({"reconstruction": 1.0, "KL": 1.0})
PARTS: Mapping[str, Callable[[Tensor], bool]] = {
    "": lambda x: True,
    "x.shape = (N, 784)": lambda x: x.dim() == 2,
    "x.shape = (N, 1, 28, 28)": lambda x: x.dim() == 4,
    "N = 1": lambda x: len(x) == 1,
    "N > 1": lambda x: len(x) > 1,
}
MU = 0.02, 0.5, 1, 4, 12  # sizes of mu: KL next to nothing, or more than the reconstruction


def questions(seed: int) -> dict[str, Question]:
    """Batches with little or much KL, and for each the student's own terms."""
    draw = Draw(seed)
    asked: dict[str, Question] = {}
    for n, d in SIZES:
        for index, size in enumerate(MU):
            name = f"{n}x{d} {index}"
            shape = IMAGE if (index + n) % 2 else FLAT
            given = _arguments(draw, name, n, d, size)
            given["x"] = given["x"].reshape(n, *shape)
            called = f"N={n}, D={d}, x.shape = ({n}, {', '.join(map(str, shape))})"
            asked |= _three(name, given, called)
    given = _arguments(draw, "gradient", 3, 4, 1)
    asked |= _three("gradient", given, "N=3, D=4", True)
    by_name = call("loss_function", given, "recon_x=, x=, mu=, log_var=", by_name=True)
    return asked | {"by_name": by_name} | repeated(call("loss_function", given, "N=3, D=4"), *DIFFERENTIATED)


def _arguments(draw: Draw, name: str, n: int, d: int, size: float) -> dict[str, Tensor]:
    recon_x, x = draw.uniform(name + "r", 0.05, 0.95, n, 784), draw.images(name + "x", n)
    mu, log_var = size * draw.normal(name, n, d), min(size, 3) * draw.uniform(name + "v", -1, 1, n, d)
    return {"recon_x": recon_x, "x": x, "mu": mu, "log_var": log_var}


def _three(name: str, given: Mapping[str, Tensor], called: str, wrt: bool = False) -> dict[str, Question]:
    """The same arguments for loss_function and for the student's own two terms."""
    asked = {name: call("loss_function", given, called, *(DIFFERENTIATED if wrt else ()))}
    for function, names in TERMS.items():
        by = [each for each in names if wrt and each != "x"]
        asked[f"own {name} {function}"] = call(function, {each: given[each] for each in names}, called, *by)
    return asked


def _batches(seen: Seen, only: str = "") -> tuple[dict[str, Tensor], Tensor]:
    """What a batch's loss may be made of, one number for each batch, and the losses."""
    rows, y = [], []
    for name in seen.questions:
        given = seen.given(name).get("arguments", {})
        if name[0].isdigit() and PARTS[only](given["x"]):
            rows.append(_columns(seen, name, given))
            y.append(scalar(common.value_of(seen, name)))
    columns = {name: torch.stack([row[name] for row in rows]) for name in rows[0]}
    return columns, torch.tensor(y, dtype=torch.float64)


def _columns(seen: Seen, name: str, given: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The student's own terms of a batch, in several measures, and the right ones of its arguments."""
    values = [scalar(common.value_of(seen, f"own {name} {function}")) for function in TERMS]
    rec, kl = torch.tensor(values, dtype=torch.float64)
    recon_x, x, mu, log_var = (given[name].double().flatten(1) for name in NAMES)
    n, d = mu.shape
    one = torch.ones((), dtype=torch.float64)
    std = (log_var / 2).exp()

    def right_kl(mean: Tensor, log_variance: Tensor) -> Tensor:
        return KL.terms_of(KL.right, mean, log_variance).sum()

    def right_rec(prediction: Tensor, target: Tensor) -> Tensor:
        logs = [each.log().clamp(min=-100) for each in (prediction, 1 - prediction)]
        return -(target * logs[0] + (1 - target) * logs[1]).sum()

    own = {TOTAL: rec + kl, "reconstruction": rec, "KL": kl}
    scaled = {
        f"{name}{by}": value * size
        for name, value in own.items()
        if name != TOTAL
        for by, size in _scales(n, d)
    }
    return {
        **own,
        **scaled,
        f"({TOTAL})/N": (rec + kl) / n,
        f"({TOTAL})*N": (rec + kl) * n,
        "right reconstruction": right_rec(recon_x, x),
        "right reconstruction/N": right_rec(recon_x, x) / n,
        "right KL": right_kl(mu, log_var),
        "right KL/N": right_kl(mu, log_var) / n,
        "right reconstruction(x, recon_x)": right_rec(x, recon_x),
        "right KL(log_var, mu)": right_kl(log_var, mu),
        "right KL(mu, mu)": right_kl(mu, mu),
        "right KL(log_var, log_var)": right_kl(log_var, log_var),
        "right KL(mu, exp(log_var/2))": right_kl(mu, std),
        "right KL(mu, exp(log_var))": right_kl(mu, log_var.exp()),
        "reconstruction*KL": rec * kl,
        "max(reconstruction, KL)": rec.maximum(kl),
        "sum(mu^2)": mu.square().sum(),
        "sum(abs(mu))": mu.abs().sum(),
        "sum(log_var)": log_var.sum(),
        "sum(exp(log_var))": log_var.exp().sum(),
        "sum((recon_x-x)^2)": (recon_x - x).square().sum(),
        "1": one,
        "N": n * one,
    }


def _scales(n: int, d: int) -> list[tuple[str, float]]:
    return [("/N", 1 / n), ("*N", n), ("/D", 1 / d), ("/(N*D)", 1 / n / d), ("/(N*784)", 1 / n / 784)]


def _made(seen: Seen, only: str = "") -> tuple[Law, str] | None:
    """How the losses are made: a combination of columns, or a formula of the total, of KL, or of KL/N."""
    if ("made", only) not in seen.worked_out:
        columns, y = _batches(seen, only)
        seen.worked_out["made", only] = next(_ways(columns, y), None)
    found: tuple[Law, str] | None = seen.worked_out["made", only]
    return found


def _ways(columns: Mapping[str, Tensor], y: Tensor) -> Iterator[tuple[Law, str]]:
    found = whole(columns, TOTAL, y, 3)
    if found is not None:
        yield (found if found.formula else Law(_split(found.weights))), TOTAL
    for of, size in ((KL_ALONE, 1.0), (KL_PER_IMAGE, columns["N"])):
        rest = (y - columns["reconstruction"]) / size
        found = whole({"KL": columns["KL"] / size}, "KL", rest, 0, rest.abs() + 0.02 * y.abs() / size)
        if found is not None and found.formula:
            yield found, of


def _split(weights: Weights) -> Weights:
    """The total in its two parts."""
    split = {name: weight for name, weight in weights.items() if name != TOTAL}
    if TOTAL in weights:
        parts = {name: split.get(name, 0) + weights[TOTAL] for name in ("reconstruction", "KL")}
        split |= {name: neat(weight) for name, weight in parts.items()}
    return {name: weight for name, weight in split.items() if abs(weight) > 1e-6}


def _read(seen: Seen, only: str) -> Said | None:
    """The formula of the loss. ``only``: of some batches alone."""
    made = _made(seen, only)
    if made is None or made[0] == BOTH:
        return None
    law, of = made
    text = (
        text_of(law, TOTAL if of == TOTAL else "KL") if law.formula else written(law.weights, [*BOTH.weights])
    )
    if of == KL_PER_IMAGE:
        text = "N*" + law.formula.format("KL/N", f"{law.constant:.4g}")
    yours = text if of == TOTAL else f"reconstruction + {text}"
    return Said({"law": vars(law), "of": of, "called": only, "yours": yours, "asked": TOTAL}, _shows(law, of))


def _predicts(values: Values, seen: Seen) -> bool:
    columns, y = _batches(seen, values["called"])
    law, of = Law(**values["law"]), values["of"]
    if of == TOTAL:
        return near(y, computed(law, columns, TOTAL), y.abs(), 3e-5)
    size = columns["N"] if of == KL_PER_IMAGE else columns["1"]
    found = columns["reconstruction"] + size * computed(law, {"KL": columns["KL"] / size}, "KL")
    return near(y, found, y.abs(), 3e-5)


def _shows(law: Law, of: str) -> str | None:
    """The known mistake that a formula of the loss is."""
    weights, names = law.weights, law.weights.keys()
    if law.formula:
        return "kl-weighted" if of == "KL" and law.formula.startswith("max") else "loss-wrong-combination"
    if names == {f"({TOTAL})/N"}:
        return "batch-mean"
    if names in ({"reconstruction"}, {"KL"}) and set(weights.values()) == {1.0}:
        return "loss-term-missing"
    if names == {"reconstruction", "KL"}:
        if min(weights.values()) < 0:
            return "loss-sign" if {*weights.values()} <= {1, -1} else None
        return "loss-wrong-combination" if weights["reconstruction"] == weights["KL"] else "kl-weighted"
    if any("(" in name and name.startswith("right") for name in names):
        return "loss-arguments-swapped"
    if names == {"reconstruction", "KL", "sum(mu^2)"} or names in (
        {"reconstruction*KL"},
        {"max(reconstruction, KL)"},
    ):
        return "loss-wrong-combination"
    mixed = {name.split("/")[0].split("*")[0] for name in names} == {"reconstruction", "KL"}
    return "loss-mixed-reduction" if mixed and len(names) == 2 else None


def _read_by_name(seen: Seen) -> Said | None:
    """Parameters in another order: another value by name than by position."""
    by_name, by_position = (scalar(common.value_of(seen, name)) for name in ("by_name", "again 0"))
    same = abs(by_name - by_position) <= EXACT * (abs(by_name) + abs(by_position))
    return None if same else Said({}, "loss-arguments-swapped")


def _read_gradient(seen: Seen) -> Said | None:
    """A gradient that is not the one of the value: nothing, or a multiple of it."""
    made = _made(seen)
    if made is None or made[0] != BOTH:
        return None
    wrong = {}
    for name in DIFFERENTIATED:
        function = next(function for function, names in TERMS.items() if name in names)
        own, right = (_gradient(seen, each, name) for each in ("gradient", f"own gradient {function}"))
        if not bool(right.any()) or near(own, right, right.abs().clamp(min=1e-2)):
            continue
        factor = float((own * right).sum() / right.square().sum())
        if not near(own, factor * right, right.abs().clamp(min=1e-2)):
            raise Unclear
        wrong[name] = short(factor, 3) + 0.0
    if not wrong:
        return None
    shows = "rec-detached" if set(wrong) == {"recon_x"} else "kl-detached" if "recon_x" not in wrong else None
    factors = set(wrong.values())
    if len(factors) > 1:
        return None
    factor = factors.pop()
    return Said({"argument": ", ".join(wrong), "factor": factor}, shows if factor == 0 else None)


def _gradient(seen: Seen, question: str, name: str) -> Tensor:
    """A gradient that a question brought, in float64; zeros if none."""
    found = common.part_of(seen.answer(question), "gradients")
    given = seen.given(question)["arguments"][name]
    own = found.get(name) if isinstance(found, dict) else None
    return torch.zeros_like(given).double() if own is None else tensor(own, *given.shape)


RETURNED: Mapping[str, Mapping[int, str]] = {"3x5 0": {3: "N", 5: "D"}, "4x4 1": {4: "N"}}


def _read_part(seen: Seen) -> Said | None:
    """The formula for some batches, where there is none for all."""
    if _made(seen) is not None:
        return None
    said = (_read(seen, only) for only in PARTS if only)
    return next((Said(each.values) for each in said if each is not None), None)


def _read_other(seen: Seen) -> Said | None:
    """A loss of which nothing else can be said than that it is not the sum of its own terms."""
    return Said({}) if _made(seen) is None and _read_part(seen) is None else None


READINGS = (
    *common.raises("own "),
    common.returns(RETURNED, "scalar tensor", NOT_SCALAR),
    common.changes("3x5 0", "4x4 1"),
    *steadiness(),
    infinite("-", ""),
    Reading("by_name", _read_by_name),
    Reading("loss_made", lambda seen: _read(seen, ""), _predicts),
    Reading("loss_made_for", _read_part, _predicts),
    Reading("loss_other", _read_other, lambda values, seen: _made(seen) is None),
    Reading("loss_gradient", _read_gradient),
)
