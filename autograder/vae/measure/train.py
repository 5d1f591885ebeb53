"""What train does: how many passes, which optimiser at which rates on which loss, and which losses it returns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import accumulate
from typing import Any

import torch
from torch import Tensor

from autograder.checks.measured import Question, Reading, Said, Seen, Unclear, scalar
from autograder.vae.checks.inputs import Draw
from autograder.vae.checks.steps import Step, adam, sgd
from autograder.vae.checks.toy_models import busy_task, overshooting_task, patient_task, training_task
from autograder.vae.measure import common, steps
from autograder.vae.probes.standins.loss import kl_divergence, reconstruction_loss

# Images, batch size and epochs of each training.
RUNS = {
    "one epoch": (4, 4, 1),
    "epochs": (6, 4, 3),
    "again": (9, 4, 3),
    "single": (4, 4, 4),
    "long": (4, 4, 13),
}
PATHS = ("epochs", "again")
NOTED = 46
STRAIGHT = 3e-4  # how far from an optimiser's direction a step may be, as a fraction of it


def questions(seed: int) -> dict[str, Question]:
    """Short trainings, a longer one, and those of the checks whose loss rises, or stays, or has many batches."""
    asked = {}
    for index, (name, (images, size, epochs)) in enumerate(RUNS.items()):
        draw = Draw(seed + index)
        data = {
            "images": draw.images("train", images),
            "labels": torch.arange(images) % 10,
            "batch_size": size,
        }
        rate = float(draw.uniform("rate", 2e-3, 8e-3, 1))
        task = {**training_task(draw), "data": data, "epochs": epochs, "learning_rate": rate, "device": "cpu"}
        asked[name] = _question(task, f"N={images}, batch_size={size}, epochs={epochs}")
    draw = Draw(seed)
    asked["rising"] = _question(overshooting_task(draw), "N=4, batch_size=4, epochs=32")
    asked["flat"] = _question(patient_task(draw), "N=4, batch_size=4, epochs=12")
    asked["many"] = _question(busy_task(draw), "N=45, batch_size=1, epochs=2", 100)
    device = {
        key: value
        for key, value in asked["one epoch"].arguments.items()
        if key not in ("device", "noted", "by_name")
    }
    return {**asked, "device": Question("train_device", device)}


def _question(task: dict[str, Any], called: str, noted: int = NOTED) -> Question:
    return Question("train", {**task, "device": "cpu", "noted": noted}, called)


def _read_replaced(seen: Seen) -> Said | None:
    """Whether training begins with other parameters than the model's."""
    changed = [not torch.equal(steps.passes(seen, name)[0].before, steps.start(seen, name)) for name in PATHS]
    return Said({}, "train-copy-trained") if all(changed) else None


def _read_passes(seen: Seen) -> Said | None:
    """How many batches are trained on, where that is not epochs times the batches of the loader."""
    for name in (*RUNS, "many"):
        count, asked = (
            len(steps.passes(seen, name)),
            len(steps.batches(seen, name)) * seen.given(name)["epochs"],
        )
        if count != asked and not (
            name in PATHS and _path(seen, name) == ("Adam", "reconstruction + KL", (1.0,))
        ):
            values = {"called": seen.questions[name].called, "yours": count, "asked": asked}
            return Said(values, "train-epoch-count" if count % len(steps.batches(seen, name)) == 0 else None)
    return None


def _rmsprop(rate: float) -> Step:
    square = torch.zeros(())

    def step(number: int, gradient: Tensor) -> Tensor:
        nonlocal square
        square = 0.99 * square + 0.01 * gradient.square()
        return -rate * gradient / (square.sqrt() + 1e-8)

    return step


def _adagrad(rate: float) -> Step:
    square = torch.zeros(())

    def step(number: int, gradient: Tensor) -> Tensor:
        nonlocal square
        square = square + gradient.square()
        return -rate * gradient / (square.sqrt() + 1e-10)

    return step


def _adamax(rate: float) -> Step:
    first, largest = torch.zeros(()), torch.zeros(())

    def step(number: int, gradient: Tensor) -> Tensor:
        nonlocal first, largest
        first = 0.9 * first + 0.1 * gradient
        largest = torch.maximum(0.999 * largest, gradient.abs() + 1e-8)
        return -rate * first / (1 - 0.9**number) / largest

    return step


# Optimisers by name: how they step, how much they shrink the parameters, and how much of these they add to gradients.
Way = tuple[Callable[[float], Step], float, float]
SETTINGS = {
    **{f"beta_1={b:g}": {"beta_1": b} for b in (0.0, 0.5, 0.8, 0.85, 0.95, 0.99)},
    **{f"beta_2={b:g}": {"beta_2": b} for b in (0.9, 0.95, 0.98, 0.99, 0.9999)},
    **{
        f"beta_1={a:g}, beta_2={b:g}": {"beta_1": a, "beta_2": b}
        for a in (0.5, 0.8, 0.95)
        for b in (0.9, 0.99)
    },
    **{f"eps={e:g}": {"epsilon": e} for e in (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0)},
}
DECAYS = (1e-5, 1e-4, 5e-4, 1e-3, 5e-3, 1e-2, 5e-2, 0.1)
WAYS: dict[str, Way] = {
    "Adam": (adam, 0.0, 0.0),
    "SGD": (sgd, 0.0, 0.0),
    **{f"SGD(momentum={m:g})": (partial(sgd, momentum=m), 0.0, 0.0) for m in (0.5, 0.8, 0.9, 0.95)},
    "RMSprop": (_rmsprop, 0.0, 0.0),
    "Adagrad": (_adagrad, 0.0, 0.0),
    "Adamax": (_adamax, 0.0, 0.0),
    **{f"Adam({name})": (partial(adam, **given), 0.0, 0.0) for name, given in SETTINGS.items()},
    **{f"AdamW(weight_decay={decay:g})": (adam, decay, 0.0) for decay in DECAYS},
    **{f"Adam(weight_decay={decay:g})": (adam, 0.0, decay) for decay in DECAYS},
}
LOSSES: dict[str, Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]] = {
    "reconstruction + KL": lambda recon_x, x, mu, log_var: (
        reconstruction_loss(recon_x, x) + kl_divergence(mu, log_var)
    ),
    "(reconstruction + KL)/n": lambda recon_x, x, mu, log_var: (
        (reconstruction_loss(recon_x, x) + kl_divergence(mu, log_var)) / len(x)
    ),
    "reconstruction": lambda recon_x, x, mu, log_var: reconstruction_loss(recon_x, x),
    "sum((recon_x - x)^2)": lambda recon_x, x, mu, log_var: (recon_x - x).square().sum(),
    "sum((recon_x - x)^2) + KL": lambda recon_x, x, mu, log_var: (
        (recon_x - x).square().sum() + kl_divergence(mu, log_var)
    ),
    **{
        f"reconstruction + {beta:g}*KL": lambda recon_x, x, mu, log_var, beta=beta: (
            reconstruction_loss(recon_x, x) + beta * kl_divergence(mu, log_var)
        )
        for beta in (0.001, 0.01, 0.1, 0.25, 0.5, 2.0, 4.0, 5.0, 10.0)
    },
}
RESTARTS = {"": None, " / epoch": "epoch", " / batch": "batch"}


def _rates(seen: Seen, name: str, way: Way, gradients: list[Tensor], new: str | None) -> list[float] | None:
    """The rate of each step, as a fraction of the given one, if the optimiser makes these steps."""
    make, decoupled, coupled = way
    rate, found, number, step = seen.given(name)["learning_rate"], [], 0, make(-1.0)
    every = {"epoch": len(steps.batches(seen, name)), "batch": 1}.get(str(new), 10_000)
    for index, (p, g) in enumerate(zip(steps.passes(seen, name), gradients, strict=True)):
        if index and index % every == 0:
            number, step = 0, make(-1.0)
        number += 1
        chosen = slice(None, None, 17)
        before = p.before[chosen]
        direction = step(number, g[chosen] + coupled * before) + decoupled * before
        moved = before - p.after[chosen]
        share = float((moved @ direction) / direction.square().sum().clamp_min(1e-30))
        if float((moved - share * direction).abs().quantile(0.97)) > STRAIGHT * float(
            moved.abs().quantile(0.97)
        ):
            return None
        found.append(share / rate)
    return found


def _trials(seen: Seen, name: str) -> Iterator[tuple[str, str, list[float]]]:
    """The optimisers and losses that make the steps of a training, with the rate of each."""
    for loss_name, loss in LOSSES.items():
        gradients = [
            steps.gradient_of(loss, p.before, p.images, p.training)[1] for p in steps.passes(seen, name)
        ]
        for way_name, way in (
            WAYS.items()
            if loss_name in ("reconstruction + KL", "(reconstruction + KL)/n")
            else [("Adam", WAYS["Adam"])]
        ):
            for restart, new in RESTARTS.items():
                rates = _rates(seen, name, way, gradients, new) if not new or way_name == "Adam" else None
                if rates is not None:
                    yield way_name + restart, loss_name, rates


def _path(seen: Seen, name: str) -> tuple[str, str, tuple[float, ...]]:
    """Optimiser, loss, and rates: one if all steps have the same. Raises Unclear if none makes these steps."""
    if ("path", name) not in seen.worked_out:
        seen.worked_out["path", name] = next(_trials(seen, name), None)
    found = seen.worked_out["path", name]
    if found is None:
        raise Unclear
    way, loss, rates = found
    rounded = tuple(float(f"{rate:.4g}") for rate in rates)
    varying = max(rounded) - min(rounded) > 2e-3 * abs(max(rounded))
    return way, loss, rounded if varying else (1.0 if abs(rounded[0] - 1) < 1e-3 else rounded[0],)


def _read_path(seen: Seen) -> Said | None:
    """Optimiser, loss and rates, the same in two trainings with different rates, or else in a long one."""
    right = ("Adam", "reconstruction + KL", (1.0,))
    (way, loss, rates), (_, other_loss, other_rates) = (_path(seen, name) for name in PATHS)
    where = "epochs"
    if (way, loss, rates) == right:
        (way, loss, rates), where = _path(seen, "long"), "long"
        if len(rates) == 1:
            return None
    elif loss != other_loss or len(rates) != min(len(rates), len(other_rates)):
        raise Unclear
    given, other = (seen.given(name)["learning_rate"] for name in PATHS)
    if len(rates) > 1:
        by_epoch = rates[:: len(steps.batches(seen, where))]
        rate = "(" + ", ".join(f"{each:.2g}" for each in by_epoch) + ")*learning_rate"
    elif abs(rates[0] / other_rates[0] - 1) < 2e-3:
        rate = steps.combined({"learning_rate": rates[0]})
    elif abs(rates[0] * given / (other_rates[0] * other) - 1) < 2e-3:
        rate = f"{rates[0] * given:.2g}"
    else:
        raise Unclear
    values = {"called": seen.questions[where].called, "optimizer": way, "rate": rate, "loss": loss}
    return Said(values, _misconception(way, loss, rates))


def _misconception(way: str, loss: str, rates: tuple[float, ...]) -> str | None:
    if "/" in way:
        return "train-optimizer-renewed"
    if loss != "reconstruction + KL":
        return "train-other-loss"
    if len(rates) > 1:
        return "train-schedule" if way == "Adam" else None
    if way == "Adam":
        return "train-optimizer-settings" if rates == (-1.0,) else "train-learning-rate"
    return "train-optimizer-settings" if way.startswith("Adam(") else "train-other-optimizer"


HISTORIES: dict[str, Callable[[list[float], list[list[float]], list[int]], list[float]]] = {
    "E_k": lambda means, losses, sizes: means,
    "E_1 + ... + E_k": lambda means, losses, sizes: list(accumulate(means)),
    "sorted(E, reverse=True)": lambda means, losses, sizes: sorted(means, reverse=True),
    "sorted(E)": lambda means, losses, sizes: sorted(means),
    "reversed(E)": lambda means, losses, sizes: means[::-1],
    "min(E_1, ..., E_k)": lambda means, losses, sizes: list(accumulate(means, min)),
    "E_k/E_1": lambda means, losses, sizes: [mean / means[0] for mean in means],
    "[E_last]": lambda means, losses, sizes: means[-1:],
    "[E_1]": lambda means, losses, sizes: means[:1],
    "(E_1 + ... + E_k)/k": lambda means, losses, sizes: [
        total / number for number, total in enumerate(accumulate(means), start=1)
    ],
    "N*E_k": lambda means, losses, sizes: [sum(each) for each in losses],
    "N*E_k/B": lambda means, losses, sizes: [sum(each) / len(each) for each in losses],
    "sum(L/n)/B": lambda means, losses, sizes: [
        sum(map(float.__truediv__, each, map(float, sizes))) / len(each) for each in losses
    ],
    "L_last": lambda means, losses, sizes: [each[-1] for each in losses],
    "L_last/n_last": lambda means, losses, sizes: [each[-1] / sizes[-1] for each in losses],
    "L/n": lambda means, losses, sizes: [
        loss / size for each in losses for loss, size in zip(each, sizes, strict=True)
    ],
    "L": lambda means, losses, sizes: [loss for each in losses for loss in each],
}


def _read_history(seen: Seen) -> Said | None:
    """What the returned numbers are, in trainings whose loss falls and rises."""
    fitting = set(HISTORIES)
    for name in (*PATHS, "rising"):
        sizes = [len(each) for each in steps.batches(seen, name)]
        values = common.value_of(seen, name)
        found = [loss for loss, _ in steps.gradients(seen, name)]
        losses = [found[begin : begin + len(sizes)] for begin in range(0, len(found), len(sizes))]
        if not isinstance(values, list) or len(losses[-1]) != len(sizes):
            raise Unclear
        means = [sum(each) / sum(sizes) for each in losses]
        yours = [scalar(value) for value in values]
        for text in list(fitting):
            known = HISTORIES[text](means, losses, sizes)
            if len(known) != len(yours) or any(
                abs(a - b) > 2e-4 * abs(b) for a, b in zip(yours, known, strict=True)
            ):
                fitting.discard(text)
    asked, *others = HISTORIES
    if asked in fitting or not fitting:
        return None
    text = next(each for each in others if each in fitting)
    return Said(
        {"yours": text, "asked": asked},
        "epoch-mean-of-batch-means" if text == "sum(L/n)/B" else "train-history",
    )


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
    """The kind of what is returned, where it is no list."""
    kinds = {common.kind(common.value_of(seen, name), {}) for name in PATHS}
    yours = kinds.pop()
    if kinds or yours.startswith("list"):
        return None
    known = {"NoneType": "nothing-returned", "tuple": "returns-extra-values"}
    misconception = next((name for begin, name in known.items() if yours.startswith(begin)), "train-history")
    return Said({"yours": yours, "asked": "list of 3"}, misconception)


def _read_noise(seen: Seen) -> Said | None:
    fresh = {common.part_of(seen.answer(name), "fresh_noise") for name in PATHS}
    return Said({}, "training-noise-repeated") if fresh == {False} else None


def _read_device(seen: Seen) -> Said | None:
    answer = seen.answer("device")
    wrong = common.part_of(answer, "mixed") is True or common.part_of(answer, "moved") is not True
    return Said({}, "hard-coded-device") if wrong else None


READINGS = (
    *steps.raises(),
    Reading("returns", _read_returned),
    steps.still(PATHS),
    Reading("parameters_replaced", _read_replaced),
    steps.fed(PATHS),
    steps.evaluating(PATHS),
    Reading("train_passes", _read_passes),
    steps.frozen(PATHS),
    Reading("train_path", _read_path),
    Reading("train_end", _read_end),
    Reading("train_history", _read_history),
    Reading("noise_repeats", _read_noise),
    Reading("mixes_devices", _read_device),
)
