# Generated from the grader's readings: a change here would be overwritten.
"""How loss_function combines the student's own two terms, and whether both keep their gradients."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from vae.desk.measured.measured import Question, Reading, Seen, Unclear, scalar
from vae.desk.measured.inputs import Draw
from vae.desk.measured import common
from vae.desk.measured.formulas import Columns, Made, Rows, shapes_of, stacked
from vae.desk.measured.kl_divergence import KL
from vae.desk.measured.reconstruction_loss import FLAT, IMAGE, bce
from vae.desk.measured.terms import NOT_SCALAR, call, gradient_of, gradients, varies

SIZES = (1, 2), (2, 30), (3, 5), (4, 4), (6, 2)  # N and D
MU = 0.02, 0.5, 1, 4, 12  # sizes of mu: KL next to nothing, or more than the reconstruction
NAMES = "recon_x", "x", "mu", "log_var"
TERMS = {"reconstruction_loss": NAMES[:2], "kl_divergence": NAMES[2:]}
TOTAL = "reconstruction + KL"
BOTH = {"reconstruction": 1.0, "KL": 1.0}
RULES = (
    ("loss-term-missing", "reconstruction", "KL"),
    ("loss-sign", "-(…)", "±reconstruction ± KL"),
    ("batch-mean", "(reconstruction + KL)/N"),
    ("loss-wrong-combination", "#*(…)", "(…)*N", "reconstruction*KL", "max(reconstruction, KL)", "…log(…"),
    ("loss-wrong-combination", "sqrt(…", "reconstruction + KL + #*sum…"),
    ("kl-weighted", "reconstruction + #*KL", "reconstruction + KL/784", "#*reconstruction + #*KL"),
    ("kl-weighted", "reconstruction + max(KL…", "reconstruction + abs(KL - …"),
    ("loss-arguments-swapped", "…reconstruction(x, recon_x)…", "…KL(…"),
    ("loss-mixed-reduction", "…reconstruction/… + KL", "…reconstruction*N + KL", "reconstruction + KL/…"),
    ("loss-mixed-reduction", "reconstruction + #*KL/…", "reconstruction + …KL*N"),
)


def questions(seed: int) -> dict[str, Question]:
    """Batches with little or much KL, and for each the student's own terms."""
    draw = Draw(seed)
    asked: dict[str, Question] = {}
    for n, d in SIZES:
        for index, size in enumerate(MU):
            name, shape = f"sum {n}x{d} {index}", IMAGE if (index + n) % 2 else FLAT
            given = _arguments(draw, name, n, d, size)
            given["x"] = given["x"].reshape(n, *shape)
            called = f"N={n}, D={d}, x.shape = ({n}, {', '.join(map(str, shape))})"
            asked |= _three(name, given, called)
    for index in range(3):
        given = _arguments(draw, f"gradient {index}", 3, 4, 1)
        asked |= _three(f"gradient {index}", given, "N=3, D=4", "recon_x", "mu", "log_var")
    return asked | dict.fromkeys(("again 0", "again 1", "again 2"), call("loss_function", given, "N=3, D=4"))


def _arguments(draw: Draw, name: str, n: int, d: int, size: float) -> dict[str, Tensor]:
    recon_x, x = draw.uniform(name + "r", 0.05, 0.95, n, 784), draw.images(name + "x", n)
    mu, log_var = size * draw.normal(name, n, d), min(size, 3) * draw.uniform(name + "v", -1, 1, n, d)
    return {"recon_x": recon_x, "x": x, "mu": mu, "log_var": log_var}


def _three(name: str, given: Mapping[str, Tensor], called: str, *wrt: str) -> dict[str, Question]:
    """The same arguments for loss_function and for the student's own two terms."""
    asked = {name: call("loss_function", given, called, *wrt)}
    for function, names in TERMS.items():
        arguments = {each: given[each] for each in names}
        asked[f"own {name} {function}"] = call(
            function, arguments, called, *(each for each in wrt if each in names)
        )
    return asked


def _rows(seen: Seen) -> Rows:
    """What a batch's loss may be made of, one number for each batch, and the losses."""
    names = [name for name in seen.questions if name.startswith("sum ")]
    y = torch.tensor([scalar(common.value_of(seen, name)) for name in names], dtype=torch.float64)
    called = [seen.questions[name].called for name in names]
    return stacked([_columns(seen, name) for name in names]), y, called


def _columns(seen: Seen, name: str) -> dict[str, Tensor]:
    """The student's own terms of a batch, in several measures, and the right ones of its arguments in another order."""
    values = [scalar(common.value_of(seen, f"own {name} {function}")) for function in TERMS]
    rec, kl = torch.tensor(values, dtype=torch.float64)
    recon_x, x, mu, log_var = (seen.given(name)["arguments"][each].double().flatten(1) for each in NAMES)
    (n, d), one = mu.shape, torch.ones((), dtype=torch.float64)
    scales = {"": 1, "/N": 1 / n, "*N": n, "/D": 1 / d, "/(N*D)": 1 / n / d}
    scaled = {
        f"{of}{by}": each * by_n
        for of, each in (("reconstruction", rec), ("KL", kl))
        for by, by_n in scales.items()
    }
    swapped = {
        "log_var, mu": (log_var, mu),
        "mu, mu": (mu, mu),
        "log_var, log_var": (log_var, log_var),
        "mu, exp(log_var/2)": (mu, (log_var / 2).exp()),
        "mu, exp(log_var)": (mu, log_var.exp()),
    }
    return {
        TOTAL: rec + kl,
        **scaled,
        f"({TOTAL})/N": (rec + kl) / n,
        f"({TOTAL})*N": (rec + kl) * n,
        "reconstruction(x, recon_x)": bce(x, recon_x).sum(),
        **{f"KL({names})": KL.value(KL.pair.right, *pair).sum() for names, pair in swapped.items()},
        "reconstruction*KL": rec * kl,
        "max(reconstruction, KL)": rec.maximum(kl),
        "sum(mu^2)": mu.square().sum(),
        "sum(abs(mu))": mu.abs().sum(),
        "sum((recon_x-x)^2)": (recon_x - x).square().sum(),
        "1": one,
        "N": n * one,
    }


def _right_gradients(seen: Seen, question: str) -> Columns:
    """The gradients of the student's own terms, of a loss that is their sum."""
    if LOSS.law(seen) != LOSS.right:
        raise Unclear
    of = {name: function for function, names in TERMS.items() for name in names if name != "x"}
    own = {name: gradient_of(seen, f"own {question} {function}", name) for name, function in of.items()}
    return {name: gradient for name, gradient in own.items() if bool(gradient.any())}


LOSS = Made(TOTAL, BOTH, shapes_of(TOTAL) | shapes_of("KL", plus="reconstruction"), _rows, RULES)
READINGS = (
    *common.raises("own "),
    common.returns({"sum 3x5 0": {3: "N", 5: "D"}, "sum 4x4 1": {4: "N"}}, "scalar tensor", NOT_SCALAR),
    common.changes("sum 3x5 0", "sum 4x4 1"),
    Reading("varies", varies, ends=True),
    Reading("loss_made", LOSS.read, LOSS.predicts),
    Reading("loss_other", LOSS.read_other, LOSS.predicts_other),
    gradients("loss_gradient", _right_gradients),
)
