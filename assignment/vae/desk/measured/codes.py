# Generated from the grader's readings: a change here would be overwritten.
"""What generate, interpolate and restore share: models that tell what was decoded, and readings of images."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import Tensor

from vae.desk.measured.measured import Question, Reading, Said, Seen, Unclear, Values, fit, tensor
from vae.desk.measured.encoding import Array
from vae.desk.measured.inputs import Draw, once
from vae.desk.measured import common
from vae.desk.measured import toys
from vae.model import VAE as StandIn

EXACT = 2e-4  # float32 images and codes that agree
DRAWS = 8  # of a question about images
ALTERED: Mapping[str, Callable[[Tensor], Tensor]] = {  # what could become of the decoder's pixels p
    "1": torch.ones_like,
    "p": lambda p: p,
    "p^2": lambda p: p.square(),
    "sqrt(p)": lambda p: p.sqrt(),
    "sigmoid(p)": lambda p: p.sigmoid(),
    "round(p)": lambda p: p.round(),
}


@once
def model(draw: Draw, latent_dim: int, kind: str = "") -> dict[str, Any]:
    """A model whose logits are linear in z, so that an image tells its code.

    ``constant``: one mu for all images, and log_var = -1. ``fixed``: one image, of quite different pixels, for all z.
    """
    d, constant, fixed = latent_dim, kind == "constant", kind == "fixed"
    halves = torch.cat([torch.eye(d), -torch.eye(d)], dim=1)
    q, p = 0.55 * draw.normal("q", 784, d) / max(d, 25) ** 0.5, 0.15 * draw.normal("p", 2 * d, 784)
    heads = draw.normal("heads", 2, d, 2 * d) * torch.tensor([1.5, 0.3]).view(2, 1, 1) / d**0.5
    bias = torch.cat([1 + draw.normal("mu", d).abs(), -torch.ones(d)])
    edge = float(draw.uniform("edge", 0.02, 0.06, 1))
    ramp = torch.linspace(edge, 1.01 - edge, 784)[draw.permutation("ramp", 784)].logit()
    state = {
        "encoder.0.weight": p,
        "encoder.0.bias": -p.sum(1) / 2,
        "encoder.2.weight": heads.flatten(0, 1) * (not constant),
        "encoder.2.bias": bias * constant,
        "decoder.0.bias": torch.zeros(2 * d),
        "decoder.0.weight": halves.T.contiguous(),
        "decoder.2.bias": ramp if fixed else draw.normal("b", 784),
        "decoder.2.weight": (not fixed) * torch.cat((q, -q), 1),
    }
    return {"latent_dim": d, "hidden_dim": 2 * d, "state": state}


def network(seen: Seen, name: str) -> Any:
    """The grader's copy of a question's model, in float64."""
    spec = seen.given(name)["model"]
    if id(spec) not in seen.worked_out:
        own = StandIn(spec["latent_dim"], spec["hidden_dim"]).requires_grad_(False)
        seen.worked_out[id(spec)] = toys.loaded(own, spec["state"]).double()
    return seen.worked_out[id(spec)]


def images(seen: Seen, name: str) -> Tensor:
    """The images (K, 784) that answer a question. Raises Unclear if it got no K images."""
    return tensor(common.value_of(seen, name), _count(seen, name), 1, 28, 28).flatten(1)


def decoded(seen: Seen, name: str) -> tuple[Tensor, Tensor]:
    """The z (K, D) whose images are nearest to the student's, and which images (K) they match."""
    if name not in seen.worked_out:
        last, pixels = network(seen, name).decoder[2], images(seen, name)
        step = 4 if len(pixels) > 100 else 1  # a quarter of the pixels is enough
        q, b = last.weight[::step, : seen.given(name)["model"]["latent_dim"]], last.bias[::step]
        z = (pixels[:, ::step].clamp(1e-7, 1 - 1e-7).logit() - b) @ torch.linalg.pinv(q).T
        seen.worked_out[name] = z, (torch.sigmoid(z @ q.T + b) - pixels[:, ::step]).abs().amax(1) < EXACT
    found: tuple[Tensor, Tensor] = seen.worked_out[name]
    return found


def codes(seen: Seen, name: str) -> Tensor:
    """The codes (K, D) that these images were decoded from. Raises Unclear if there is none."""
    z, matches = decoded(seen, name)
    if not bool(matches.all()):
        raise Unclear
    return z


def near(first: Tensor, second: Tensor, tolerance: float = 2e-3) -> bool:
    """Whether all numbers agree within the tolerance."""
    return bool((first - second).abs().max() < tolerance)


def plain(number: float, digits: int = 3) -> float:
    """A number as it is said: with so many digits after the point, or without a point."""
    rounded = round(number, digits)
    return int(rounded) if rounded == int(rounded) else rounded


def _count(seen: Seen, name: str) -> int:
    given = seen.given(name)["arguments"]
    return int(given.get("count") or given.get("steps") or len(given["x"]))


def asking(function: str, spec: Mapping[str, Any], probe: str = "latent", **arguments: Any) -> Question:
    """A call of a function of latent.py with a model."""
    sizes = {"N": len(arguments["x"])} if "x" in arguments else {}
    sizes |= {name: each for name, each in arguments.items() if isinstance(each, int)}
    called = ", ".join(
        f"{name}={each}" for name, each in (sizes | {"latent_dim": spec["latent_dim"]}).items()
    )
    return Question(probe, {"function": function, "model": spec, "arguments": arguments}, called)


def outward(symbol: str, *changing: str) -> tuple[Reading, ...]:
    """What each function may do wrong apart from its codes. ``symbol``: what the docstring calls K."""
    asked = f"tensor ({symbol}, 1, 28, 28)"
    arguments = common.changes(*changing)

    def raised(seen: Seen) -> Said | None:
        kinds = [seen.raised(name) for name in seen.questions if name != "device"]
        if None in kinds:
            return None
        shown = "not-finished" if "NotImplementedError" in kinds else "crashes-when-called"
        on_gpu = re.search("CUDA|NVIDIA", str(seen.outcomes[changing[0]]))
        return Said(
            {"raised": " / ".join(sorted({*map(str, kinds)}))}, "hard-coded-device" if on_gpu else shown
        )

    def returned(seen: Seen) -> Said | None:
        for name in seen.questions:
            if name != "device" and (form := _form(seen, name, symbol)) != asked:
                shown = {"NoneType": "nothing-returned", f"tensor ({symbol}, 784)": "latent-shape"}.get(form)
                return Said({"called": seen.questions[name].called, "yours": form, "asked": asked}, shown)
        return None

    def carries(seen: Seen) -> Said | None:
        carry = all(getattr(common.value_of(seen, name), "requires_grad", False) is True for name in changing)
        return Said({}, "latent-gradients") if carry else None

    def changes(seen: Seen) -> Said | None:
        changed = all(common.part_of(seen.answer(name), "changed_parameters") for name in changing)
        return Said({"argument": "model"}, "input-edited") if changed else arguments.read(seen)

    return (
        Reading("raises", raised, ends=True),
        common.raises("device")[1],
        Reading("returns_for", returned, ends=True),
        Reading("latent_gradients", carries),
        Reading("changes", changes),
        Reading("latent_altered", _altered, ends=True),
    )


def _read_device(seen: Seen) -> Said | None:
    return Said({}, "hard-coded-device") if common.part_of(seen.answer("device"), "mixed") is True else None


DEVICE = Reading("latent_device", _read_device, apart=True)


def _form(seen: Seen, name: str, symbol: str) -> str:
    """What was returned in words, its first axis in terms of K."""
    value, count = common.value_of(seen, name), _count(seen, name)
    if not isinstance(value, Array) or not value.shape:
        return common.kind(value, {})[:100]
    more = value.shape[0] - count
    first = f"{symbol}{more:+d}" if 0 < abs(more) < 3 else str(value.shape[0]) if more else symbol
    text = f"tensor ({', '.join([first, *map(str, value.shape[1:])])})"
    return (text if value.dtype == "float32" else f"{value.dtype} {text}")[:100]


def combination(p: Tensor, y: Tensor, **more: Tensor) -> str | None:
    """y as a weighted sum of one or two of ALTERED and more columns, or as p clamped or stretched."""
    low, high = plain(float(y.min())), plain(float(y.max()))
    columns = {name: of(p) for name, of in ALTERED.items()} | more
    alone = {
        f"clamp(p, {low}, {high})": p.clamp(low, high),
        "(p - min(p))/(max(p) - min(p))": (p - p.min()) / (p.max() - p.min()),
        "(p - mean(p))/std(p)": (p - p.mean()) / p.std(),
    }
    found = fit([*columns.values(), *alone.values()], y, 1, 1e-5) or fit([*columns.values()], y, 2, 1e-5)
    names = [*columns, *alone]
    return None if found is None else added((names[index], weight) for index, weight in found.items())


def added(weights: Iterable[tuple[str, float]]) -> str:
    """A weighted sum as a formula."""
    terms = [f"{w:.4g}" if name == "1" else f"{w:.4g}*{name}" for name, w in weights]
    return re.sub(r"(^|[ -])1\*", r"\1", " + ".join(terms).replace("+ -", "- ")) or "0"


def _altered(seen: Seen) -> Said | None:
    """How the returned pixels follow from the decoder's: a fixed model decodes every code to the same p (784)."""
    if "x" in seen.given("fixed")["arguments"]:
        raise Unclear  # known pixels are not the decoder's
    p, found = network(seen, "fixed").decoder[2].bias.sigmoid(), images(seen, "fixed")
    if near(found, p, EXACT):
        return None
    if near(found, p.view(28, 28).mT.flatten(), EXACT):
        return Said({"yours": "transposed(p)", "asked": "p"}, "latent-shape")
    if near(found, found[:1], EXACT):
        yours = combination(p, found[0])
    else:
        drawn = bool(((found == 0) | (found == 1)).all()) and near(
            found.mean(0), p, 0.35
        )  # of 100 images or more
        yours = "bernoulli(p)" if drawn and len(found) >= 100 else None
    return Said({"yours": yours, "asked": "p"}, "latent-output-altered") if yours else None


def redrawn(name: str, seed: int, ask: Callable[[Draw], Question]) -> dict[str, Question]:
    """More draws of a question, as ``unlike`` looks at them."""
    return {f"{name} {number}": ask(Draw(seed + number)) for number in range(1, DRAWS)}


def unlike(right: Callable[[Seen, str], Tensor], *names: str) -> Reading:
    """The first image that is not the right one in half of the DRAWS of a question: "NAME", "NAME 1" and so on.

    What is said is that it is wrong in one of them at least, which new draws show as well.
    """

    def off(seen: Seen, name: str) -> Tensor:
        """In how many draws each image is wrong."""
        drawn = [name, *(f"{name} {number}" for number in range(1, DRAWS))]
        wrong = [(images(seen, each) - right(seen, each)).abs().amax(1) > 2 * EXACT for each in drawn]
        return torch.stack(wrong).sum(0)

    def read(seen: Seen) -> Said | None:
        for name in names:
            often = off(seen, name) >= DRAWS / 2
            if bool(often.any()):
                return Said({"called": seen.questions[name].called, "index": int(often.long().argmax()) + 1})
        return None

    def predicts(values: Values, seen: Seen) -> bool:
        name = next(name for name in names if seen.questions[name].called == values["called"])
        return bool(off(seen, name)[values["index"] - 1])

    return Reading("latent_image", read, predicts)


def _random(seen: Seen) -> Said | None:
    """Equal calls return different images."""
    return None if near(images(seen, "call"), images(seen, "again"), 2e-5) else Said({})


VARIES = Reading("latent_random", _random, ends=True)
