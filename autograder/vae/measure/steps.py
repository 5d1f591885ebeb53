"""Training as it was traced: passes of the network with the parameters before each, gradients, and the steps between."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import cycle
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from autograder.checks.measured import Reading, Said, Seen, Unclear, tensor
from autograder.sandbox.encoding import Array
from autograder.vae.checks.toy_models import HIDDEN_DIM, LATENT_DIM
from autograder.vae.measure import common
from autograder.vae.probes import toys
from autograder.vae.probes.standins.loss import loss_function as standin_loss
from autograder.vae.probes.standins.model import VAE as StandIn

SHAPES = {name: value.shape for name, value in StandIn(LATENT_DIM, HIDDEN_DIM).state_dict().items()}
SAME = 1e-4  # relative difference between two computations in float32


class Pass(NamedTuple):
    """One pass through the network that can learn: what it saw, and all parameters (P,) before it and before the next."""

    images: Tensor
    code: Any
    training: bool
    before: Tensor
    after: Tensor

    def outputs(self) -> tuple[Tensor, Tensor, Tensor]:
        """What the network makes of the images: mu, log_var, and z as reparameterize returns it."""
        with torch.no_grad():
            network = _network(self.before, self.training)
            mu, log_var = network.encode(self.images)
            return mu, log_var, network.reparameterize(mu, log_var)

    def decoded(self, code: Tensor) -> Tensor:
        with torch.no_grad():
            pixels: Tensor = _network(self.before, self.training).decode(code)
            return pixels


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


def passes(seen: Seen, name: str) -> list[Pass]:
    """The noted passes that can learn. Raises Unclear if there is none, or more than were noted."""
    kept = seen.worked_out
    if ("passes", name) not in kept:
        answer = seen.answer(name)
        noted = common.part_of(answer, "passes")
        if not isinstance(noted, list) or not 0 < len(noted) < seen.given(name)["noted"]:
            raise Unclear
        size = len(start(seen, name))
        learning = [each for each in noted if common.part_of(each, "learning") is True]
        states = [tensor(common.part_of(each, "parameters"), size) for each in learning]
        states.append(flat(common.part_of(answer, "state")))
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
    if not isinstance(value, Array) or len(value.shape) != 2:
        raise Unclear
    return tensor(value, value.shape[0], width)


def batches(seen: Seen, name: str) -> list[Tensor]:
    """The images (N, 784) of each batch of a question."""
    data = seen.given(name)["data"]
    return list(data["images"].double().flatten(1).split(data["batch_size"]))


def _network(parameters: Tensor, training: bool) -> StandIn:
    network = StandIn(LATENT_DIM, HIDDEN_DIM).double().train(training)
    nn.utils.vector_to_parameters(parameters, network.parameters())
    return network


def gradient(
    seen: Seen, name: str, parameters: Tensor, images: Tensor, training: bool = True
) -> tuple[float, Tensor]:
    """The loss of a batch that a question asks for, and its gradient (P,) with respect to all parameters."""
    weights = seen.given(name).get("loss")
    return gradient_of(toys.weighted_loss(weights) if weights else standin_loss, parameters, images, training)


def gradient_of(
    loss: Callable[..., Tensor], parameters: Tensor, images: Tensor, training: bool
) -> tuple[float, Tensor]:
    """A loss of a batch, and its gradient (P,); 0 for parameters that it does not depend on."""
    network = _network(parameters, training)
    recon_x, mu, log_var = network(images)
    value = loss(recon_x, images, mu, log_var)
    own = list(network.parameters())
    found = torch.autograd.grad(value, own, allow_unused=True)
    parts = [torch.zeros_like(p) if g is None else g for p, g in zip(own, found, strict=True)]
    return value.item(), torch.cat([part.flatten() for part in parts])


def gradients(seen: Seen, name: str) -> list[tuple[float, Tensor]]:
    """Loss and gradient of each pass, at the parameters and in the mode of that pass."""
    kept = seen.worked_out
    if ("gradients", name) not in kept:
        kept["gradients", name] = [
            gradient(seen, name, each.before, each.images, each.training) for each in passes(seen, name)
        ]
    found: list[tuple[float, Tensor]] = kept["gradients", name]
    return found


def describe(got: Any, asked: str, known: Mapping[str, Tensor]) -> str:
    """What a tensor is, in terms of known ones (N, K): ``asked`` itself, another, or a simple function of it."""
    right = known[asked]
    value = getattr(got, "data", got)
    if not isinstance(value, Tensor) or not bool(torch.isfinite(value).all()):
        raise Unclear
    if value.shape != right.shape and asked != "x":
        return f"({', '.join(['N', *map(str, value.shape[1:])])})" if value.dim() else "()"
    value = value.double().reshape(len(value), -1)
    if value.shape != right.shape:
        return "another shape"
    for name in (asked, *known):
        if known[name].shape == value.shape and _same(value, known[name]):
            return name
    low, high = float(value.min()), float(value.max())
    if _same(value, right.clamp(low, high)):
        bounds = (
            f"{low:.3g}" if low > right.min() + SAME else "-inf",
            f"{high:.3g}" if high < right.max() - SAME else "inf",
        )
        return f"clamp({asked}, {bounds[0]}, {bounds[1]})"
    columns = torch.stack([right.flatten(), torch.ones(right.numel(), dtype=right.dtype)], 1)
    slope, shift = torch.linalg.lstsq(columns, value.reshape(-1, 1)).solution.flatten().tolist()
    if _same(value, slope * right + shift):
        return f"{slope:.3g}*{asked}" + (
            f" {'+' if shift > 0 else '-'} {abs(shift):.3g}" if abs(shift) > SAME else ""
        )
    if bool(((value == low) | (value == high)).all()):
        return f"{{{low:.3g}, {high:.3g}}}"
    return f"not {asked}"


def _same(first: Tensor, second: Tensor) -> bool:
    return bool((first - second).abs().max() <= SAME * (1 + second.abs().max()))


def raises() -> list[Reading]:
    """Exceptions. The question about another device meets none."""

    def without_device(seen: Seen) -> Seen:
        return Seen({name: each for name, each in seen.questions.items() if name != "device"}, seen.outcomes)

    def asked(reading: Reading) -> Reading:
        return Reading(reading.id, lambda seen: reading.read(without_device(seen)), ends=reading.ends)

    return [asked(reading) for reading in common.raises()]


def still(names: Sequence[str]) -> Reading:
    """Whether no parameter moves."""

    def read(seen: Seen) -> Said | None:
        return None if any(bool(moved(seen, name).any()) for name in names) else Said({}, None)

    return Reading("nothing_moves", read, ends=True)


def frozen(names: Sequence[str]) -> Reading:
    """Which parameters do not move, or can't any more."""

    def read(seen: Seen) -> Said | None:
        found = []
        for name in names:
            parts = moved(seen, name).split([shape.numel() for shape in SHAPES.values()])
            found.append([key for key, part in zip(SHAPES, parts, strict=True) if not bool(part.any())])
            if not found[-1] and common.part_of(seen.answer(name), "trainable") is not True:
                found[-1] = ["requires_grad"]
        if not found[0] or any(each != found[0] for each in found):
            return None
        return Said({"parameters": ", ".join(found[0])}, "part-of-model-frozen")

    return Reading("frozen", read)


def told(asked: str, found: set[str], misconception: str | None) -> Said | None:
    """What was the same in all passes, if it is not what was asked for."""
    return (
        None
        if len(found) != 1 or asked in found
        else Said({"yours": found.pop(), "asked": asked}, misconception)
    )


def fed(names: Sequence[str]) -> Reading:
    """What the network gets in place of the loader's images."""

    def read(seen: Seen) -> Said | None:
        found = set()
        for name in names:
            given, noted = batches(seen, name), passes(seen, name)
            if len(noted) % len(given):
                raise Unclear
            epochs = cycle(given)
            found |= {describe(p.images, "x", {"x": x}) for p, x in zip(noted, epochs, strict=False)}
        return None if found == {"another shape"} else told("x", found, "epoch-input-changed")

    return Reading("network_gets", read)


def evaluating(names: Sequence[str]) -> Reading:
    """Whether the network learns in evaluation mode."""

    def read(seen: Seen) -> Said | None:
        return (
            None if any(p.training for name in names for p in passes(seen, name)) else Said({}, "epoch-mode")
        )

    return Reading("evaluation_mode", read)


def combined(weights: Mapping[str, float]) -> str:
    """A weighted sum as text."""
    text = ""
    for name, weight in weights.items():
        if weight:
            size = "" if abs(abs(weight) - 1) < 2e-3 else f"{abs(weight):.3g}*"
            text += (" - " if weight < 0 else " + ") + size + name
    return text.removeprefix(" + ").strip() or "0"


def numbered(weights: Sequence[float], of: str) -> str:
    """A weighted sum of numbered terms as text."""
    return combined({f"{of}_{index}": weight for index, weight in enumerate(weights, start=1)})
