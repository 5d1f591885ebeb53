"""Training as it was traced: passes of the network with the parameters before each, gradients, and the steps between."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from autograder.checks.measured import Seen, Unclear, tensor
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
