"""Training as it was traced: passes of the network with the parameters before each, gradients, and the steps between."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from autograder.checks.measured import Reading, Said, Seen, Unclear, Values, tensor
from autograder.sandbox.encoding import Array
from autograder.vae.checks.inputs import Draw
from autograder.vae.checks.steps import Step
from autograder.vae.checks.toy_models import LATENT_DIM, training_task
from autograder.vae.measure import common
from autograder.vae.probes import toys
from autograder.vae.probes.standins.loss import loss_function as standin_loss
from autograder.vae.probes.standins.model import VAE as StandIn

HIDDEN_DIM = 2  # few parameters, which all come back for each pass
SHAPES = {name: value.shape for name, value in StandIn(LATENT_DIM, HIDDEN_DIM).state_dict().items()}
SIZES = [shape.numel() for shape in SHAPES.values()]
SAME = 1e-4  # relative difference between two computations in float32


def narrow(model: Mapping[str, Any], lift: float = 0.0) -> dict[str, Any]:
    """A model with only the first hidden units of another. ``lift`` keeps them clear of the ReLU's kink."""
    state = {
        name: value[tuple(slice(size) for size in SHAPES[name])] for name, value in model["state"].items()
    }
    state = {name: value + lift if name.endswith("0.bias") else value for name, value in state.items()}
    return {"latent_dim": LATENT_DIM, "hidden_dim": HIDDEN_DIM, "state": state}


def task(draw: Draw, images: int, batch_size: int) -> dict[str, Any]:
    """A model and some images, as probes take them."""
    return {
        "model": narrow(training_task(draw)["model"], lift=10.0),
        "data": {
            "images": draw.images("few", images),
            "labels": torch.arange(images) % 10,
            "batch_size": batch_size,
        },
        "device": "cpu",
    }


class Pass(NamedTuple):
    """A pass that can learn: what the network saw, and all parameters (P,) before it and before the next."""

    images: Tensor
    code: Any
    training: bool
    before: Tensor
    after: Tensor

    def outputs(self) -> dict[str, Tensor]:
        """What the network makes of the images, up to z as reparameterize returns it, and of the code."""
        with torch.no_grad():
            network = _network(self.before, self.training)
            mu, log_var = network.encode(self.images)
            recon_x = network.decode(tensor(self.code, *mu.shape))
            z = network.reparameterize(mu, log_var)
            return {"recon_x": recon_x, "mu": mu, "log_var": log_var, "z": z}


def flat(state: Any) -> Tensor:
    """All parameters (P,) of a state dict that came back."""
    if not isinstance(state, Mapping):
        raise Unclear
    return torch.cat([tensor(state.get(name), *shape).flatten() for name, shape in SHAPES.items()])


def start(seen: Seen, name: str) -> Tensor:
    """The parameters (P,) that a question begins with."""
    state = seen.given(name)["model"]["state"]
    return torch.cat([state[key].double().flatten() for key in SHAPES])


def moved(seen: Seen, name: str) -> Tensor:
    """The movement (P,) of all parameters."""
    return flat(common.part_of(seen.answer(name), "state")) - start(seen, name)


def noted(seen: Seen, name: str) -> list[Any]:
    """The noted passes. Raises Unclear if there is none, or if there may be more."""
    found = common.part_of(seen.answer(name), "passes")
    if not isinstance(found, list) or not 0 < len(found) < seen.given(name)["noted"]:
        raise Unclear
    return found


def passes(seen: Seen, name: str) -> list[Pass]:
    """The noted passes that can learn. Raises Unclear if there is none."""
    kept = seen.worked_out
    if ("passes", name) not in kept:
        size = len(start(seen, name))
        learning = [each for each in noted(seen, name) if common.part_of(each, "learning") is True]
        states = [tensor(common.part_of(each, "parameters"), size) for each in learning]
        states.append(flat(common.part_of(seen.answer(name), "state")))
        kept["passes", name] = [
            Pass(
                rows(common.part_of(each, "images"), 784),
                common.part_of(each, "code"),
                common.part_of(each, "training") is True,
                *states[index : index + 2],
            )
            for index, each in enumerate(learning)
        ]
    found: list[Pass] = kept["passes", name]
    if not found:
        raise Unclear
    return found


def rows(value: Any, width: int) -> Tensor:
    """A tensor (N, width) for whatever N."""
    if not isinstance(value, Array) or len(value.shape) != 2 or not value.shape[0]:
        raise Unclear
    return tensor(value, value.shape[0], width)


def batches(seen: Seen, name: str) -> list[Tensor]:
    """The images (N, 784) of each batch of a question, for all epochs."""
    data, epochs = seen.given(name)["data"], seen.given(name).get("epochs", 1)
    return list(data["images"].double().flatten(1).split(data["batch_size"])) * epochs


def _network(parameters: Tensor, training: bool) -> StandIn:
    network = StandIn(LATENT_DIM, HIDDEN_DIM).double().train(training)
    nn.utils.vector_to_parameters(parameters, network.parameters())
    return network


def gradient(
    parameters: Tensor, images: Tensor, training: bool = True, loss: Callable[..., Tensor] = standin_loss
) -> tuple[float, Tensor]:
    """The loss of a batch, and its gradient (P,); 0 for parameters that it does not depend on."""
    network = _network(parameters, training)
    recon_x, mu, log_var = network(images)
    value = loss(recon_x, images, mu, log_var)
    own = list(network.parameters())
    found = torch.autograd.grad(value, own, allow_unused=True)
    parts = [torch.zeros_like(p) if g is None else g for p, g in zip(own, found, strict=True)]
    whole = torch.cat([part.flatten() for part in parts])
    if not bool(torch.isfinite(whole).all()) or not bool(whole.any()):
        raise Unclear
    return value.item(), whole


def asked_loss(seen: Seen, name: str) -> Callable[..., Tensor]:
    """The loss that a question asks for."""
    weights = seen.given(name).get("loss")
    return toys.weighted_loss(weights) if weights else standin_loss


def gradients(seen: Seen, name: str) -> list[tuple[float, Tensor]]:
    """Loss and gradient of each pass, at the parameters and in the mode of that pass."""
    kept, loss = seen.worked_out, asked_loss(seen, name)
    if ("gradients", name) not in kept:
        kept["gradients", name] = [gradient(p.before, p.images, p.training, loss) for p in passes(seen, name)]
    found: list[tuple[float, Tensor]] = kept["gradients", name]
    return found


def distance(seen: Seen, name: str, step: Step) -> float:
    """How far parameters end from where steps with this optimiser lead, as a fraction of that movement.

    This is the largest fraction of all tensors.
    """
    if ("distance", name) not in seen.worked_out:
        parameters, loss = start(seen, name), asked_loss(seen, name)
        for number, images in enumerate(batches(seen, name), start=1):
            parameters = parameters + step(number, gradient(parameters, images, loss=loss)[1])
        right = parameters - start(seen, name)
        parts = zip(*(each.split(SIZES) for each in (moved(seen, name), right)), strict=True)
        least = 1e-3 * right.norm()
        seen.worked_out["distance", name] = max(
            float((a - b).norm() / b.norm().clamp_min(least)) for a, b in parts
        )
    return float(seen.worked_out["distance", name])


def off(
    id: str, share: Callable[[Seen, str], float], names: Sequence[str], limits: Sequence[float]
) -> Reading:
    """What can be said if nothing else can: by more than how many per cent the answer to a question is off.

    ``share``: how far off the answer to this question is, 1 for wholly.
    """

    def read(seen: Seen) -> Said | None:
        for name in names:
            with contextlib.suppress(Unclear):
                percent = 100 * share(seen, name) / 3  # with room for the next draw
                passed = [limit for limit in limits if percent >= limit]
                if passed:
                    called = seen.questions[name].called
                    return Said({"question": name, "called": called, "percent": max(passed)})
        return None

    def predicts(values: Values, seen: Seen) -> bool:
        return 100 * share(seen, values["question"]) >= values["percent"]

    return Reading(id, read, predicts, ends=True)


def describe(got: Any, asked: str, known: Mapping[str, Tensor]) -> str:
    """What a tensor is, in terms of known ones (N, K): ``asked`` itself, another, or a simple function of it."""
    right = known[asked]
    value = getattr(got, "data", got)
    if not isinstance(value, Tensor) or not value.numel() or value.numel() % len(right):
        raise Unclear
    value = value.double().reshape(len(right), -1)
    if not all(bool(torch.isfinite(each).all()) for each in (value, *known.values())):
        raise Unclear
    for name in (asked, *known):
        if _same(value, known[name]):
            return name
    if value.shape != right.shape:
        raise Unclear
    low, high = float(value.min()), float(value.max())
    if _same(value, right.clamp(low, high)):
        least = f"{low:.3g}" if low > right.min() + SAME else "-inf"
        return f"clamp({asked}, {least}, {f'{high:.3g}' if high < right.max() - SAME else 'inf'})"
    if bool(((value == low) | (value == high)).all()):
        return f"{{{low:.3g}, {high:.3g}}}"
    columns = torch.stack([right.flatten(), torch.ones(right.numel(), dtype=right.dtype)], 1)
    slope, shift = torch.linalg.lstsq(columns, value.reshape(-1, 1)).solution.flatten().tolist()
    if not _same(value, slope * right + shift):
        return f"≠ {asked}"
    return combined({asked: slope, "1": shift if abs(shift) > SAME else 0.0})


def _same(first: Tensor, second: Tensor) -> bool:
    return first.shape == second.shape and bool(
        (first - second).abs().max() <= SAME * (1 + second.abs().max())
    )


def told(asked: str, found: set[str], misconception: str | None) -> Said | None:
    """What was the same in all passes, if it is not what was asked for."""
    if len(found) != 1 or asked in found:
        return None
    return Said({"yours": found.pop(), "asked": asked}, misconception)


def still(names: Sequence[str]) -> Reading:
    """Whether no parameter moves, though others may have been trained, or those that were given back."""

    def read(seen: Seen) -> Said | None:
        if any(bool(moved(seen, name).any()) for name in names):
            return None
        shown = set()
        for name in names:
            answer, before = seen.answer(name), start(seen, name)
            found = common.part_of(answer, "passes")
            for each in found if isinstance(found, list) else ():
                kept = torch.equal(tensor(common.part_of(each, "parameters"), len(before)), before)
                own = common.part_of(each, "own") is True
                left = "epoch-no-step" if answer.get("gradients") is True else None
                shown.add(left if kept and own else "train-copy-trained")
        return Said(
            {}, next((each for each in ("train-copy-trained", "epoch-no-step") if each in shown), None)
        )

    return Reading("nothing_moves", read, ends=True)


def frozen(names: Sequence[str]) -> Reading:
    """Which parameters do not move, or can't any more."""

    def read(seen: Seen) -> Said | None:
        found = []
        for name in names:
            parts = moved(seen, name).split(SIZES)
            found.append([key for key, part in zip(SHAPES, parts, strict=True) if not bool(part.any())])
            if not found[-1] and common.part_of(seen.answer(name), "trainable") is not True:
                found[-1] = ["requires_grad"]
        if found[0] in ([], [*SHAPES]) or any(each != found[0] for each in found):
            return None
        return Said({"parameters": ", ".join(found[0])}, "part-of-model-frozen")

    return Reading("frozen", read, ends=True)


def networks(names: Sequence[str]) -> tuple[Reading, ...]:
    """What the network gets in place of the loader's images, and whether it learns in evaluation mode."""

    def fed(seen: Seen) -> Said | None:
        found = set()
        for name in names:
            given, learning = batches(seen, name), passes(seen, name)
            if len(learning) != len(given):
                raise Unclear
            found |= {describe(p.images, "x", {"x": x}) for p, x in zip(learning, given, strict=True)}
        return told("x", found, "epoch-input-changed")

    def evaluating(seen: Seen) -> Said | None:
        training = any(p.training for name in names for p in passes(seen, name))
        return None if training else Said({}, "epoch-mode")

    return Reading("network_gets", fed, ends=True), Reading("evaluation_mode", evaluating, ends=True)


def surroundings(names: Sequence[str]) -> tuple[Reading, ...]:
    """Whether batches share their random numbers, and whether tensors stay on the CPU though told otherwise."""

    def noise(seen: Seen) -> Said | None:
        repeated = all(common.part_of(seen.answer(name), "fresh_noise") is False for name in names)
        return Said({}, "training-noise-repeated") if repeated else None

    def mixes(seen: Seen) -> Said | None:
        answer = seen.answer("device")
        wrong = common.part_of(answer, "mixed") is True or answer.get("moved") is False
        return Said({}, "hard-coded-device") if wrong else None

    return Reading("noise_repeats", noise, ends=True), Reading("mixes_devices", mixes, ends=True)


def combined(weights: Mapping[str, float]) -> str:
    """A weighted sum as text. The name 1 stands for a constant."""
    text = ""
    for name, weight in weights.items():
        size, sign = f"{abs(weight):.3g}", "-" if weight < 0 else "+"
        term = size if name == "1" else name if abs(abs(weight) - 1) < 2e-3 else f"{size}*{name}"
        text += f" {sign} {term}" if weight else ""
    return text.removeprefix(" + ").strip() or "0"


def numbered(weights: Sequence[float], of: str) -> str:
    """A weighted sum of numbered terms as text."""
    return combined({f"{of}_{index}": weight for index, weight in enumerate(weights, start=1)})
