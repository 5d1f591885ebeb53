"""What generate, interpolate and restore have in common: models that tell what was decoded, and readings of images."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from autograder.checks.measured import Question, Reading, Said, Seen, Unclear, fit, raising, tensor
from autograder.sandbox.encoding import Array
from autograder.vae.checks.inputs import Draw, once
from autograder.vae.measure import common
from autograder.vae.probes import toys
from autograder.vae.probes.standins.model import VAE as StandIn

EXACT = 2e-4  # float32 images and codes that agree
PERMUTED = {
    "transposed": lambda p: p.mT,
    "upside down": lambda p: p.flip(-2),
    "mirrored": lambda p: p.flip(-1),
    "rotated by 180 degrees": lambda p: p.flip(-1, -2),
}
ALTERED = {  # what could become of the decoder's pixels p
    "1": torch.ones_like,
    "p": lambda p: p,
    "p^2": lambda p: p.square(),
    "sqrt(p)": lambda p: p.sqrt(),
    "sigmoid(p)": lambda p: p.sigmoid(),
    "log(p/(1 - p))": lambda p: p.logit(),
    "round(p)": lambda p: p.round(),
}
STRETCHED = {
    "(p - min(p))/(max(p) - min(p))": lambda p: (p - p.min()) / (p.max() - p.min()),
    "(p - mean(p))/std(p)": lambda p: (p - p.mean()) / p.std(),
    "p/max(p)": lambda p: p / p.max(),
    "p/sum(p)": lambda p: p / p.sum(),
}


@once
def model(draw: Draw, latent_dim: int, kind: str = "bent", scale: float = 0.2) -> dict[str, Any]:
    """A model whose images reveal their code: logit(image) = Q z + b. Its encoder is linear, bent or constant.

    A constant encoder has a mu of 1 or more, and log_var = -1; that of a "noisy" one is 1. A "fixed" model decodes
    every z to the same grey ramp, in any order.
    """
    d, identity = latent_dim, torch.eye(latent_dim)
    q, p = 0.11 * draw.normal("q", 784, d), scale * draw.normal("p", d, 784)
    halves = torch.cat([identity, -identity], dim=1)
    heads = torch.cat([halves, 0.5 * draw.normal("log_var", d, d) @ halves / d**0.5])
    if kind == "bent":
        heads = draw.normal("heads", 2, d, 2 * d) * torch.tensor([1.5, 0.3]).view(2, 1, 1) / d**0.5
        heads = heads.flatten(0, 1)
    shift, level = p.sum(1) / 2, {"constant": -1.0, "noisy": 1.0}.get(kind)
    state = {
        "encoder.0.weight": torch.cat([p, -p]),
        "encoder.0.bias": torch.cat([-shift, shift]),
        "encoder.2.weight": heads * (level is None),
        "encoder.2.bias": torch.cat([1 + draw.normal("mu", d).abs(), torch.full((d,), level or 0.0)])
        * abs(level or 0),
        "decoder.0.weight": halves.T.contiguous(),
        "decoder.0.bias": torch.zeros(2 * d),
        "decoder.2.weight": torch.cat([q, -q], dim=1) * (kind != "fixed"),
        "decoder.2.bias": draw.normal("b", 784),
    }
    if kind == "fixed":
        edges = draw.uniform("edges", 0.02, 0.06, 2)
        ramp = torch.linspace(float(edges[0]), 1 - float(edges[1]), 784)
        state["decoder.2.bias"] = ramp[draw.permutation("ramp", 784)].logit()
    return {"latent_dim": d, "hidden_dim": 2 * d, "state": state}


def network(spec: Mapping[str, Any]) -> StandIn:
    """The grader's copy of a model, in float64."""
    own = StandIn(spec["latent_dim"], spec["hidden_dim"]).requires_grad_(False)
    loaded: StandIn = toys.loaded(own, spec["state"]).double()
    return loaded


def images(seen: Seen, name: str) -> Tensor:
    """The images (K, 784) that answer a question. Raises Unclear if it got no K images."""
    found = common.value_of(seen, name)
    return tensor(found, _count(seen, name), 1, 28, 28).flatten(1)


def codes(seen: Seen, name: str) -> Tensor:
    """The z (K, D) that these images were decoded from. Raises Unclear if there is none."""
    if name not in seen.worked_out:
        seen.worked_out[name] = decoded(seen.given(name)["model"], images(seen, name))
    z, off = seen.worked_out[name]
    if bool((off > EXACT).any()):
        raise Unclear
    found: Tensor = z
    return found


def decoded(spec: Mapping[str, Any], pixels: Tensor) -> tuple[Tensor, Tensor]:
    """The z (K, D) whose images are nearest to these (K, 784), and how far off the images are (K)."""
    step = 4 if len(pixels) > 100 else 1  # a quarter of the pixels is enough
    q = spec["state"]["decoder.2.weight"][::step, : spec["latent_dim"]].double()
    b, pixels = spec["state"]["decoder.2.bias"][::step].double(), pixels[:, ::step]
    z = (pixels.clamp(1e-7, 1 - 1e-7).logit() - b) @ torch.linalg.pinv(q).T
    return z, ((z @ q.T + b).sigmoid() - pixels).abs().amax(1)


def _count(seen: Seen, name: str) -> int:
    given = seen.given(name)["arguments"]
    return int(given.get("count") or given.get("steps") or len(given["x"]))


def asking(function: str, spec: Mapping[str, Any], **arguments: Any) -> Question:
    """A call of a function of latent.py with a model."""
    sizes = {"N" if name == "x" else name: len(v) if name == "x" else v for name, v in arguments.items()}
    shown = {name: v for name, v in sizes.items() if isinstance(v, int)}
    called = ", ".join(f"{name}={v}" for name, v in {**shown, "latent_dim": spec["latent_dim"]}.items())
    return Question("latent", {"function": function, "model": spec, "arguments": arguments}, called)


def on_device(function: str, spec: Mapping[str, Any], **arguments: Any) -> Question:
    return Question("latent_device", {"function": function, "model": spec, "arguments": arguments})


def outward(symbol: str, *changing: str) -> tuple[Reading, ...]:
    """What every function of latent.py may do wrong apart from its codes. ``symbol``: what the docstring calls K."""
    asked = f"tensor ({symbol}, 1, 28, 28)"

    def returned(seen: Seen, of_all: bool) -> Said | None:
        forms = {name: _form(seen, name, symbol) for name in seen.questions if _answered(seen, name)}
        wrong = next((name for name, form in forms.items() if form != asked), None)
        if wrong is None or of_all != (
            len(set(forms.values())) == 1 and len(forms) == len(seen.questions) - 1
        ):
            return None
        said = {"yours": forms[wrong], "asked": asked, "called": seen.questions[wrong].called}
        return Said(
            {name: said[name] for name in list(said)[: 2 + (not of_all)]}, _of_form(forms[wrong], symbol)
        )

    def carries(seen: Seen) -> Said | None:
        found = [common.value_of(seen, name) for name in seen.questions if _answered(seen, name)]
        carry = bool(found) and all(isinstance(each, Array) and each.requires_grad for each in found)
        return Said({}, "latent-gradients") if carry else None

    def changes(seen: Seen) -> Said | None:
        changed = [common.part_of(seen.answer(name), "changed_parameters") for name in changing]
        return Said({"argument": "model"}, "input-edited") if all(changed) else arguments.read(seen)

    def mixes(seen: Seen) -> Said | None:
        mixed = common.part_of(seen.answer("device"), "mixed") is True
        return Said({}, "hard-coded-device") if mixed else None

    _, sometimes = common.raises()
    arguments = common.changes(*changing)
    return (
        Reading("raises", _always_raised, ends=True),
        Reading("raises_for", lambda seen: _by_size(sometimes.read(_called(seen)), _called(seen))),
        Reading("returns", lambda seen: returned(seen, True), ends=True),
        Reading("returns_for", lambda seen: returned(seen, False)),
        Reading("latent_gradients", carries),
        Reading("changes", changes),
        Reading("latent_device", mixes),
    )


def _called(seen: Seen) -> Seen:
    """All but the question about devices, whose calls may raise."""
    return Seen({name: asked for name, asked in seen.questions.items() if name != "device"}, seen.outcomes)


def _always_raised(seen: Seen) -> Said | None:
    kinds = [kind for _, kind in raising(_called(seen))]
    all_raised = len(kinds) == len(seen.questions) - 1
    return Said({"raised": " / ".join(sorted(set(kinds)))}, "crashes-when-called") if all_raised else None


def _answered(seen: Seen, name: str) -> bool:
    return name != "device" and seen.raised(name) is None


def _by_size(said: Said | None, seen: Seen) -> Said | None:
    """Names hard-coded sizes where whether a call fails depends on latent_dim."""
    if said is None:
        return None
    sizes: dict[bool, set[int]] = {True: set(), False: set()}
    for name in seen.questions:
        sizes[seen.raised(name) is not None].add(seen.given(name)["model"]["latent_dim"])
    return said._replace(misconception=None if sizes[True] & sizes[False] else "hard-coded-size")


def _form(seen: Seen, name: str, symbol: str) -> str:
    """What was returned in words, its first axis or length in terms of K."""
    value, count = common.value_of(seen, name), _count(seen, name)
    named = {count + more: f"{symbol}{more:+d}" if more else symbol for more in (0, 1, 2, -1, -2)}
    if isinstance(value, Array) and value.shape:
        broken = value.data is not None and not bool(torch.isfinite(value.data).all())
        first = named.get(value.shape[0], str(value.shape[0]))
        text = f"tensor ({', '.join([first, *map(str, value.shape[1:])])})" + " with NaN or inf" * broken
        return text if value.dtype == "float32" else f"{value.dtype} {text}"
    text = common.kind(value, {})[:100]
    return f"list of {symbol}" if isinstance(value, list) and len(value) == count else text


def _of_form(form: str, symbol: str) -> str | None:
    if form.startswith("tuple") or (form.startswith("list") and form != f"list of {symbol}"):
        return "returns-extra-values"
    if form == "NoneType" or "NaN" in form:
        return "nothing-returned" if form == "NoneType" else None
    if symbol == "N":  # one image might be the first, or a mean
        return None if form.endswith(", 1, 28, 28)") else "latent-shape"
    return "latent-count" if re.fullmatch(r"tensor \([^,]+, 1, 28, 28\)", form) else "latent-shape"


def pixels_of(seen: Seen, name: str) -> Tensor:
    """What a fixed model decodes (784)."""
    return seen.given(name)["model"]["state"]["decoder.2.bias"].double().sigmoid()


def formula(columns: Mapping[str, Tensor], y: Tensor, most: int) -> str | None:
    """y as a combination of few named columns, perhaps clamped to its own limits, in words."""
    low, high = float(y.min()), float(y.max())
    inside = (y > low + EXACT) & (y < high - EXACT)
    inside = inside if int(inside.sum()) > 20 else torch.ones_like(inside)
    found = fit([column[inside] for column in columns.values()], y[inside], most, 1e-5)
    if found is None:
        return None
    names = list(columns)
    terms = [
        f"{w:g}" if names[i] == "1" else names[i] if w == 1 else f"{w:g}*{names[i]}" for i, w in found.items()
    ]
    text = " + ".join(terms).replace("+ -", "- ").replace(" 1*", " ") or "0"
    whole = torch.stack([torch.zeros_like(y), *(w * columns[names[i]] for i, w in found.items())]).sum(0)
    if float((whole - y).abs().max()) < EXACT:
        return text
    clamped = float((whole.clamp(low, high) - y).abs().max()) < EXACT
    return f"clamp({text}, {round(low, 3):g}, {round(high, 3):g})" if clamped else None


def _altered(seen: Seen) -> Said | None:
    """How the returned pixels follow from the decoder's: a fixed model decodes every code to the same p (784)."""
    p, found = pixels_of(seen, "fixed"), images(seen, "fixed")
    y = found[len(found) // 2]
    asked = {"asked": "p"}
    if float((found - p).abs().max()) < EXACT:
        return None
    if float((found - y).abs().max()) > EXACT:
        if (
            bool(((found == 0) | (found == 1)).all())
            and float((found.mean(0) - p).abs().max()) < 3.5 / len(found) ** 0.5
        ):
            return Said({"yours": "0 or 1, drawn with probability p", **asked}, "latent-output-altered")
        raise Unclear
    for order, permuted in PERMUTED.items():
        if float((permuted(p.view(28, 28)).flatten() - y).abs().max()) < EXACT:
            return Said({"yours": f"p, {order}", **asked}, "latent-shape")
    for terms, most in ((STRETCHED, 1), (ALTERED, 2)):
        yours = formula({name: term(p) for name, term in terms.items()}, y, most)
        if yours is None:
            continue
        return Said({"yours": yours, **asked}, "latent-output-altered")
    return None


ALTERS = Reading("latent_altered", _altered, ends=True)
