"""What train does: how many passes, which optimiser at which rates on which loss, and which losses it returns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import accumulate, product
from typing import Any, NamedTuple

import torch
from torch import Tensor

from autograder.checks.measured import Question, Reading, Said, Seen, Unclear, scalar
from autograder.vae.checks.inputs import Draw
from autograder.vae.checks.steps import Step, adam, sgd
from autograder.vae.checks.toy_models import busy_task, overshooting_task, patient_task
from autograder.vae.measure import common, steps
from autograder.vae.probes.standins.loss import kl_divergence, loss_function, reconstruction_loss

PATHS = ("epochs", "again")
RUNS = {"epochs": (6, 4, 3), "again": (9, 4, 3), "long": (4, 4, 12)}  # images, batch size, epochs
NOTED = 100
STRAIGHT = 3e-4  # how far from an optimiser's direction a step may be, as a fraction of it


def questions(seed: int) -> dict[str, Question]:
    """Short trainings, a longer one, and those of the checks whose loss rises, or stays, or has many batches."""
    tasks: dict[str, dict[str, Any]] = {}
    for index, (name, (images, size, epochs)) in enumerate(RUNS.items()):
        draw = Draw(seed + index)
        rate = float(draw.uniform("rate", 2e-3, 8e-3, 1))
        tasks[name] = {**steps.task(draw, images, size), "epochs": epochs, "learning_rate": rate}
    hard = {"rising": overshooting_task, "flat": patient_task, "many": busy_task}
    for name, hard_task in hard.items():
        task = hard_task(Draw(seed))
        tasks[name] = {**task, "model": steps.narrow(task["model"]), "device": "cpu"}
    asked = {
        name: Question(
            "train",
            {**task, "noted": NOTED},
            "N={}, batch_size={batch_size}, ".format(len(task["data"]["images"]), **task["data"])
            + f"epochs={task['epochs']}",
        )
        for name, task in tasks.items()
    }
    device = {key: tasks["epochs"][key] for key in ("model", "data", "learning_rate")}
    return {**asked, "device": Question("train_device", {**device, "epochs": 1})}


def _read_replaced(seen: Seen) -> Said | None:
    """Whether training begins with other parameters than the model's."""
    changed = [not torch.equal(steps.passes(seen, name)[0].before, steps.start(seen, name)) for name in PATHS]
    return Said({}, "train-copy-trained") if all(changed) else None


def _counts(seen: Seen, name: str) -> tuple[int, int]:
    """How many batches are trained on, and how many should be."""
    return len(steps.passes(seen, name)), len(steps.batches(seen, name))


def _read_passes(seen: Seen) -> Said | None:
    """How many batches are trained on, where the losses fall steadily."""
    for name in (*RUNS, "many"):
        yours, asked = _counts(seen, name)
        if yours != asked:
            whole = yours % (asked // seen.given(name)["epochs"]) == 0
            values = {"called": seen.questions[name].called, "yours": yours, "asked": asked}
            return Said(values, "train-epoch-count" if whole else None)
    return None


def _stops(name: str) -> Callable[[Seen], Said | None]:
    """Training that ends early, or goes on, where losses do not fall, though its length is right where they do."""

    def read(seen: Seen) -> Said | None:
        yours, asked = _counts(seen, name)
        if yours == asked or any(count != right for count, right in (_counts(seen, run) for run in RUNS)):
            return None
        values = {"called": seen.questions[name].called, "yours": yours, "asked": asked}
        return Said(values, "train-epoch-count")

    return read


def _rmsprop(rate: float) -> Step:
    """RMSprop is Adam without momentum and without correcting for the first steps."""
    step = adam(rate, 0.0, 0.99)
    return lambda number, gradient: step(number, gradient) / (1 - 0.99**number) ** 0.5


def _adagrad(rate: float) -> Step:
    """Adagrad divides by the root of the sum of all squares; Adam with beta_2 near 1 by that of their mean."""
    step = adam(rate, 0.0, 1 - 1e-9)
    return lambda number, gradient: step(number, gradient) / number**0.5


# Optimisers by name: how they step, how much they shrink the parameters, and how much of these they add to gradients.
Way = tuple[Callable[[float], Step], float, float]
BETAS = product((0.9, 0.0, 0.5, 0.8, 0.85, 0.95, 0.99), (0.999, 0.9, 0.95, 0.98, 0.99, 0.9999))
WAYS: dict[str, Way] = {
    **{f"Adam(beta_1={a:g}, beta_2={b:g})": (partial(adam, beta_1=a, beta_2=b), 0.0, 0.0) for a, b in BETAS},
    **{f"Adam(eps={e:g})": (partial(adam, epsilon=e), 0.0, 0.0) for e in (1e-4, 1e-3, 1e-2, 0.1, 1.0)},
    **{f"SGD(momentum={m:g})": (partial(sgd, momentum=m), 0.0, 0.0) for m in (0.0, 0.5, 0.9, 0.95)},
    "RMSprop": (_rmsprop, 0.0, 0.0),
    "Adagrad": (_adagrad, 0.0, 0.0),
    **{f"AdamW(weight_decay={d:g})": (adam, d, 0.0) for d in (1e-4, 1e-3, 1e-2, 0.1)},
    **{f"Adam(weight_decay={d:g})": (adam, 0.0, d) for d in (1e-5, 1e-4, 5e-4, 1e-3, 1e-2, 0.1)},
}
ADAM = next(iter(WAYS))
LOSS = "reconstruction + KL"
LOSSES: dict[str, Callable[..., Tensor]] = {
    LOSS: loss_function,
    f"({LOSS})/n": lambda recon_x, x, mu, log_var: loss_function(recon_x, x, mu, log_var) / len(x),
    "reconstruction": lambda recon_x, x, mu, log_var: reconstruction_loss(recon_x, x),
    "KL": lambda recon_x, x, mu, log_var: kl_divergence(mu, log_var),
    "sum((recon_x - x)^2)": lambda recon_x, x, mu, log_var: (recon_x - x).square().sum(),
    "sum((recon_x - x)^2) + KL": lambda recon_x, x, mu, log_var: (
        (recon_x - x).square().sum() + kl_divergence(mu, log_var)
    ),
    **{
        f"reconstruction + {beta:g}*KL": lambda recon_x, x, mu, log_var, beta=beta: (
            reconstruction_loss(recon_x, x) + beta * kl_divergence(mu, log_var)
        )
        for beta in (0.01, 0.1, 0.5, 2.0, 4.0)
    },
}


class Path(NamedTuple):
    """How a training steps: optimiser, loss, after how many steps the optimiser starts again, and rates.

    Rates are fractions of the given one: one for each step, or a single one if all are equal.
    """

    way: str
    loss: str
    renewed: int
    rates: tuple[float, ...]


RIGHT = Path(ADAM, LOSS, 0, (1.0,))


def _rates(seen: Seen, name: str, way: Way, gradients: list[Tensor], renewed: int) -> list[float] | None:
    """The rate of each step, as a fraction of the given one, if the optimiser makes these steps."""
    make, decoupled, coupled = way
    found, number, step = [], 0, make(-1.0)
    for index, (p, g) in enumerate(zip(steps.passes(seen, name), gradients, strict=True)):
        if renewed and index % renewed == 0:
            number, step = 0, make(-1.0)
        number += 1
        before, after = p.before[::5], p.after[::5]
        direction = step(number, g[::5] + coupled * before) + decoupled * before
        moved = before - after
        share = float((moved @ direction) / direction.square().sum().clamp_min(1e-30))
        rest, size = (float(each.abs().quantile(0.97)) for each in (moved - share * direction, moved))
        if rest > STRAIGHT * size:
            return None
        found.append(share / seen.given(name)["learning_rate"])
    return found


def _trials(seen: Seen, name: str) -> Iterator[Path]:
    """The optimisers and losses that make the steps of a training."""
    learning = steps.passes(seen, name)
    epoch = len(steps.batches(seen, name)) // seen.given(name)["epochs"]
    for loss_name, loss in LOSSES.items():
        gradients = [steps.gradient(p.before, p.images, p.training, loss)[1] for p in learning]
        for way_name in WAYS if loss_name == LOSS else (ADAM,):
            for renewed in (0, epoch, 1) if way_name == ADAM else (0,):
                rates = _rates(seen, name, WAYS[way_name], gradients, renewed)
                if rates is not None:
                    rounded = tuple(float(f"{rate:.4g}") for rate in rates)
                    varying = max(rounded) - min(rounded) > 2e-3 * abs(max(rounded))
                    mean = 1.0 if abs(rounded[0] - 1) < 1e-3 else rounded[0]
                    yield Path(way_name, loss_name, renewed, rounded if varying else (mean,))


def _path(seen: Seen, name: str) -> Path:
    """How a training steps. Raises Unclear if nothing known makes these steps."""
    if ("path", name) not in seen.worked_out:
        seen.worked_out["path", name] = next(_trials(seen, name), None)
    found: Path | None = seen.worked_out["path", name]
    if found is None:
        raise Unclear
    return found


def _read_renewed(seen: Seen) -> Said | None:
    """Adam that starts again after each epoch, or each batch."""
    yours = [_path(seen, name).renewed for name in PATHS]
    if not all(yours):
        return None
    return Said({"called": seen.questions["epochs"].called, "yours": yours[0]}, "train-optimizer-renewed")


def _read_path(seen: Seen) -> Said | None:
    """Optimiser, loss and rates, the same in two trainings with different rates, or else in a long one."""
    found, other = (_path(seen, name) for name in PATHS)
    where, rate = "epochs", "learning_rate"
    if found == RIGHT:
        found, where = _path(seen, "long"), "long"
        if len(found.rates) == 1:
            return None
    elif (
        found[:2] != other[:2] or len(found.rates) != min(len(found.rates), len(other.rates)) or found.renewed
    ):
        raise Unclear
    if len(found.rates) > 1:
        each_epoch = found.rates[:: len(steps.batches(seen, where)) // seen.given(where)["epochs"]]
        rate = "(" + ", ".join(f"{each:.2g}" for each in each_epoch) + ")*learning_rate"
    else:
        given, there = (seen.given(name)["learning_rate"] for name in PATHS)
        fixed = abs(found.rates[0] * given / (other.rates[0] * there) - 1) < 2e-3
        if not fixed and abs(found.rates[0] / other.rates[0] - 1) > 2e-3:
            raise Unclear
        rate = f"{found.rates[0] * given:.2g}" if fixed else steps.combined({rate: found.rates[0]})
    way = "Adam" if found.way == ADAM else found.way
    values = {"called": seen.questions[where].called, "optimizer": way, "rate": rate, "loss": found.loss}
    return Said(values, _shows(found))


def _shows(path: Path) -> str | None:
    if path.loss != LOSS:
        return "train-other-loss"
    if path.way != ADAM:
        return "train-optimizer-settings" if path.way.startswith("Adam(") else "train-other-optimizer"
    if len(path.rates) > 1:
        return "train-schedule"
    return "train-optimizer-settings" if path.rates == (-1.0,) else "train-learning-rate"


# Returned numbers from the mean losses of the epochs, the losses of their batches and the sizes of these.
HISTORIES: dict[str, Callable[[list[float], list[list[float]], list[int]], list[float]]] = {
    "E_k": lambda means, losses, sizes: means,
    "E_1 + ... + E_k": lambda means, losses, sizes: list(accumulate(means)),
    "sorted(E, reverse=True)": lambda means, losses, sizes: sorted(means, reverse=True),
    "sorted(E)": lambda means, losses, sizes: sorted(means),
    "reversed(E)": lambda means, losses, sizes: means[::-1],
    "min(E_1, ..., E_k)": lambda means, losses, sizes: list(accumulate(means, min)),
    "E_k/E_1": lambda means, losses, sizes: [mean / means[0] for mean in means],
    "N*E_k": lambda means, losses, sizes: [sum(each) for each in losses],
    "N*E_k/B": lambda means, losses, sizes: [sum(each) / len(each) for each in losses],
    "sum(L/n)/B": lambda means, losses, sizes: [
        sum(loss / size for loss, size in zip(each, sizes, strict=True)) / len(each) for each in losses
    ],
    "L_last/n_last": lambda means, losses, sizes: [each[-1] / sizes[-1] for each in losses],
    "L/n": lambda means, losses, sizes: [
        loss / size for each in losses for loss, size in zip(each, sizes, strict=True)
    ],
}


def _returned(seen: Seen, name: str) -> tuple[list[float], dict[str, list[float]]]:
    """The returned numbers, and what they would be by each formula."""
    epochs = seen.given(name)["epochs"]
    sizes = [len(each) for each in steps.batches(seen, name)]
    sizes = sizes[: len(sizes) // epochs]
    found = [loss for loss, _ in steps.gradients(seen, name)]
    values = common.value_of(seen, name)
    if not isinstance(values, list) or len(found) % len(sizes):
        raise Unclear
    losses = [found[begin : begin + len(sizes)] for begin in range(0, len(found), len(sizes))]
    means = [sum(each) / sum(sizes) for each in losses]
    return [scalar(value) for value in values], {
        key: of(means, losses, sizes) for key, of in HISTORIES.items()
    }


def _far(yours: list[float], known: list[float]) -> float:
    """The largest relative difference."""
    if len(yours) != len(known) or not yours:
        return 1e9
    return max(abs(a - b) / max(abs(b), 1e-30) for a, b in zip(yours, known, strict=True))


def _read_history(seen: Seen) -> Said | None:
    """What the returned numbers are, in trainings whose loss falls and rises."""
    fitting = set(HISTORIES)
    for name in (*PATHS, "rising"):
        yours, known = _returned(seen, name)
        fitting &= {text for text in known if _far(yours, known[text]) < 2e-4}
    asked, *others = HISTORIES
    if asked in fitting or not fitting:
        return None
    text = next(each for each in others if each in fitting)
    shown = "epoch-mean-of-batch-means" if text == "sum(L/n)/B" else "train-history"
    return Said({"yours": text, "asked": asked}, shown)


def _histories(seen: Seen) -> Iterator[tuple[str, float]]:
    for name in PATHS:
        yours, known = _returned(seen, name)
        if len(yours) != len(known["E_k"]):
            raise Unclear
        yield name, _far(yours, known["E_k"])


def _read_end(seen: Seen) -> Said | None:
    """Parameters at the end that the model had before an earlier pass."""
    for name in (*PATHS, "rising"):
        *_, before, last = steps.passes(seen, name)
        earlier = any(torch.equal(p.before, last.after) for p in steps.passes(seen, name))
        if (
            earlier
            and not torch.equal(last.after, last.before)
            and not torch.equal(before.before, last.before)
        ):
            return Said({"called": seen.questions[name].called}, "train-copy-trained")
    return None


def _read_returned(seen: Seen) -> Said | None:
    """The kind of what is returned, where it is no list with a number for each epoch."""
    name = "epochs"
    yours = common.kind(common.value_of(seen, name), {})
    asked = f"list of {seen.given(name)['epochs']}"
    if yours == asked:
        return None
    known = {"NoneType": "nothing-returned", "tuple": "returns-extra-values"}
    shown = next((known[begin] for begin in known if yours.startswith(begin)), "train-history")
    return Said({"called": seen.questions[name].called, "yours": yours, "asked": asked}, shown)


def _ends(seen: Seen) -> Iterator[tuple[str, float]]:
    return (
        (name, steps.share_off(seen, name, adam(seen.given(name)["learning_rate"])))
        for name in (*PATHS, "long")
    )


def _read_noise(seen: Seen) -> Said | None:
    fresh = {common.part_of(seen.answer(name), "fresh_noise") for name in PATHS}
    return Said({}, "training-noise-repeated") if fresh == {False} else None


def _read_device(seen: Seen) -> Said | None:
    answer = seen.answer("device")
    wrong = common.part_of(answer, "mixed") is True or common.part_of(answer, "moved") is not True
    return Said({}, "hard-coded-device") if wrong else None


READINGS = (
    *common.raises(spared="device"),
    steps.still(PATHS, None),
    Reading("parameters_replaced", _read_replaced),
    steps.fed(PATHS),
    steps.evaluating(PATHS),
    Reading("train_passes", _read_passes),
    Reading("train_stops_flat", _stops("flat")),
    Reading("train_stops_rising", _stops("rising")),
    steps.frozen(PATHS),
    Reading("train_renewed", _read_renewed),
    Reading("train_path", _read_path),
    Reading("train_end", _read_end),
    Reading("train_history", _read_history),
    Reading("returns_for", _read_returned),
    Reading("noise_repeats", _read_noise),
    Reading("mixes_devices", _read_device),
    steps.off("parameters_off", (1, 10, 50), _ends),
    steps.off("value_off", (0.1, 1, 10, 50), _histories),
)
