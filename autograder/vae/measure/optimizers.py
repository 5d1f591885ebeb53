"""Which optimiser made the steps of a training, on which loss and at which rates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import NamedTuple

from torch import Tensor

from autograder.checks.measured import Seen, Unclear
from autograder.vae.checks.steps import Step, adam, sgd
from autograder.vae.measure import traces
from autograder.vae.probes.standins.loss import kl_divergence, loss_function, reconstruction_loss

STRIDE = 11  # one parameter in so many is enough to know an optimiser
STRAIGHT = 3e-4  # how far from an optimiser's direction a step may be, as a fraction of it


def _rmsprop(rate: float) -> Step:
    """RMSprop is Adam without momentum and without correcting for the first steps."""
    step = adam(rate, 0.0, 0.99)
    return lambda number, gradient: step(number, gradient) / (1 - 0.99**number) ** 0.5


# Optimisers by name: how they step, how much they shrink the parameters, and how much of these they add to gradients.
Way = tuple[Callable[[float], Step], float, float]
BETAS = product((0.9, 0.0, 0.5, 0.8, 0.95, 0.99), (0.999, 0.9, 0.95, 0.99))
ADAM = "Adam"
WAYS: dict[str, Way] = {
    ADAM: (adam, 0.0, 0.0),
    "RMSprop": (_rmsprop, 0.0, 0.0),
    **{f"Adam(beta_1={a:g}, beta_2={b:g})": (partial(adam, beta_1=a, beta_2=b), 0.0, 0.0) for a, b in BETAS},
    **{f"Adam(eps={e:g})": (partial(adam, epsilon=e), 0.0, 0.0) for e in (1e-4, 1e-3, 1e-2, 0.1, 1.0)},
    **{f"SGD(momentum={m:g})": (partial(sgd, momentum=m), 0.0, 0.0) for m in (0.0, 0.5, 0.9, 0.95)},
    **{f"AdamW(weight_decay={d:g})": (adam, d, 0.0) for d in (1e-4, 1e-3, 1e-2, 0.1)},
    **{f"Adam(weight_decay={d:g})": (adam, 0.0, d) for d in (1e-5, 1e-4, 5e-4, 1e-3, 1e-2, 0.1)},
}
LOSS = "reconstruction + KL"
LOSSES: dict[str, Callable[..., Tensor]] = {
    LOSS: loss_function,
    f"({LOSS})/n": lambda recon_x, x, mu, log_var: loss_function(recon_x, x, mu, log_var) / len(x),
    "reconstruction": lambda recon_x, x, mu, log_var: reconstruction_loss(recon_x, x),
    "sum((recon_x - x)^2)": lambda recon_x, x, mu, log_var: (recon_x - x).square().sum(),
    "sum((recon_x - x)^2) + KL": lambda recon_x, x, mu, log_var: (
        (recon_x - x).square().sum() + kl_divergence(mu, log_var)
    ),
    **{
        f"reconstruction + {beta:g}*KL": lambda recon_x, x, mu, log_var, beta=beta: (
            reconstruction_loss(recon_x, x) + beta * kl_divergence(mu, log_var)
        )
        for beta in (0.1, 0.5, 2.0, 4.0)
    },
}


class Path(NamedTuple):
    """How a training steps: optimiser, loss, how often the optimiser starts again, and the rate of each step."""

    way: str
    loss: str
    renewed: int
    rates: list[float]  # as fractions of the given one

    def steady(self) -> bool:
        return max(self.rates) - min(self.rates) <= 2e-3 * max(map(abs, self.rates))

    def right(self) -> bool:
        usual = self.steady() and abs(self.rates[0] - 1) < 1e-3
        return usual and self[:3] == (ADAM, LOSS, 0)


def _rates(seen: Seen, name: str, way: Way, loss: Callable[..., Tensor], renewed: int) -> list[float] | None:
    """The rate of each step, as a fraction of the given one, if the optimiser makes these steps."""
    make, decoupled, coupled = way
    found, number, step = [], 0, make(-1.0)
    for index, (p, g) in enumerate(
        zip(traces.passes(seen, name), _gradients(seen, name, loss), strict=False)
    ):
        if renewed and index % renewed == 0:
            number, step = 0, make(-1.0)
        number += 1
        before, after = p.before[::STRIDE], p.after[::STRIDE]
        direction = step(number, g[::STRIDE] + coupled * before) + decoupled * before
        moved = before - after
        share = float((moved @ direction) / direction.square().sum().clamp_min(1e-30))
        rest, size = (float(each.abs().quantile(0.97)) for each in (moved - share * direction, moved))
        rounding = 1e-7 * float(before.abs().quantile(0.97))
        if rest > STRAIGHT * size + rounding or not share:
            return None
        found.append(share / seen.given(name)["learning_rate"])
    return found


def _gradients(seen: Seen, name: str, loss: Callable[..., Tensor]) -> Iterator[Tensor]:
    """The gradients of this loss, pass by pass: most losses are ruled out by the first."""
    if loss is loss_function:
        yield from (found for _, found in traces.gradients(seen, name))
    else:
        yield from (
            traces.gradient(p.before, p.images, p.training, loss)[1] for p in traces.passes(seen, name)
        )


def batches_an_epoch(seen: Seen, name: str) -> int:
    """The number of batches in an epoch."""
    return len(traces.batches(seen, name)) // int(seen.given(name)["epochs"])


def _trials(seen: Seen, name: str) -> Iterator[Path]:
    """The optimisers and losses that make the steps of a training."""
    for loss_name, loss in LOSSES.items():
        for way in WAYS if loss_name == LOSS else (ADAM,):
            for renewed in (0, batches_an_epoch(seen, name), 1) if way == ADAM else (0,):
                rates = _rates(seen, name, WAYS[way], loss, renewed)
                found = Path(way, loss_name, renewed, rates or [0.0])
                if rates and (way == ADAM or found.steady()):
                    yield found


def path_of(seen: Seen, name: str) -> Path:
    """How a training steps. Raises Unclear if nothing known makes these steps."""
    if ("path", name) not in seen.worked_out:
        seen.worked_out["path", name] = next(_trials(seen, name), None)
    found: Path | None = seen.worked_out["path", name]
    if found is None:
        raise Unclear
    return found
