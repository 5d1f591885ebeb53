"""What train does: how many passes, which optimiser at which rates on which loss, and which losses it returns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any

import torch

from autograder.checks.measured import Question, Reading, Said, Seen, Unclear, scalar
from autograder.vae.checks.inputs import Draw
from autograder.vae.checks.steps import adam
from autograder.vae.checks.toy_models import busy_task, overshooting_task, patient_task
from autograder.vae.measure import common, steps, traces
from autograder.vae.measure.optimizers import ADAM, LOSS, Path, batches_an_epoch, path_of

BUILT_ON = ("train_epoch",)
PATHS = ("epochs", "again")
RUNS = {"epochs": (6, 4, 3), "again": (9, 4, 3), "long": (4, 4, 12)}  # images, batch size, epochs
NOTED = 50


def questions(seed: int) -> dict[str, Question]:
    """Short trainings, a longer one, and those of the checks whose loss rises, or stays, or has many batches."""
    tasks: dict[str, dict[str, Any]] = {}
    for index, (name, (images, size, epochs)) in enumerate(RUNS.items()):
        draw = Draw(seed + index)
        rate = float(draw.uniform("rate", 2e-3, 8e-3, 1))
        tasks[name] = {**traces.task(draw, images, size), "epochs": epochs, "learning_rate": rate}
    for name, hard_task in {"rising": overshooting_task, "flat": patient_task, "many": busy_task}.items():
        task = hard_task(Draw(seed))
        tasks[name] = {**task, "model": traces.narrow(task["model"]), "device": "cpu"}
    tasks["many"]["epochs"] = 1  # which saves the student's process half of its time
    asked = {}
    for name, task in tasks.items():
        sizes = f"N={len(task['data']['images'])}, batch_size={task['data']['batch_size']}"
        called = f"{sizes}, epochs={task['epochs']}"
        asked[name] = Question("train", {**task, "noted": NOTED}, called)
    device = {key: tasks["epochs"][key] for key in ("model", "data", "learning_rate")}
    return {**asked, "device": Question("train_device", {**device, "epochs": 1})}


def _read_replaced(seen: Seen) -> Said | None:
    """Whether training begins with other parameters than the model's."""
    changed = [
        not torch.equal(traces.passes(seen, name)[0].before, traces.start(seen, name)) for name in PATHS
    ]
    return Said({}, "train-copy-trained") if all(changed) else None


def _passes(id: str, names: Sequence[str]) -> Reading:
    """How many batches are trained on, where it is another number than asked for."""

    def read(seen: Seen) -> Said | None:
        for name in names:
            yours, asked = len(traces.passes(seen, name)), len(traces.batches(seen, name))
            if yours != asked:
                whole = yours % (asked // seen.given(name)["epochs"]) == 0
                values = {"called": seen.questions[name].called, "yours": yours, "asked": asked}
                return Said(values, "train-epoch-count" if whole else None)
        return None

    return Reading(id, read, ends=True)


def _read_renewed(seen: Seen) -> Said | None:
    """Adam that starts again after each epoch, or each batch."""
    yours = [path_of(seen, name).renewed for name in PATHS]
    if not all(yours):
        return None
    return Said({"called": seen.questions["epochs"].called, "yours": yours[0]}, "train-optimizer-renewed")


def _read_path(seen: Seen) -> Said | None:
    """Optimiser, loss and rates, the same in two trainings with different rates, or else in a long one."""
    found, other = (path_of(seen, name) for name in PATHS)
    where, rate = "epochs", "learning_rate"
    if found.right() and other.right():
        found = other = path_of(seen, "long")
        where = "long"
        if found.steady():
            return None
    if found[:2] != other[:2] or found.steady() != other.steady() or found.renewed:
        raise Unclear
    if not found.steady():
        rate = (
            "("
            + ", ".join(f"{each:.2g}" for each in found.rates[:: batches_an_epoch(seen, where)])
            + ")*learning_rate"
        )
    elif abs(found.rates[0] / other.rates[0] - 1) < 2e-3:
        rate = steps.combined({rate: found.rates[0]})
    else:
        fixed, too = (path_of(seen, name).rates[0] * seen.given(name)["learning_rate"] for name in PATHS)
        if abs(fixed / too - 1) > 2e-3:
            raise Unclear
        rate = f"{fixed:.2g}"
    values = {
        "called": seen.questions[where].called,
        "optimizer": found.way,
        "rate": rate,
        "loss": found.loss,
    }
    return Said(values, _shows(found))


def _shows(path: Path) -> str:
    if path.loss != LOSS:
        return "train-other-loss"
    if path.way != ADAM:
        return "train-optimizer-settings" if path.way.startswith("Adam(") else "train-other-optimizer"
    if not path.steady():
        return "train-schedule"
    return "train-optimizer-settings" if path.rates[0] < 0 else "train-learning-rate"


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


def _off(seen: Seen, name: str) -> dict[str, float]:
    """How far the returned numbers are from each formula, as a fraction."""
    values, count = common.value_of(seen, name), batches_an_epoch(seen, name)
    sizes = [len(each) for each in traces.batches(seen, name)][:count]
    found = [loss for loss, _ in traces.gradients(seen, name)]
    if not isinstance(values, list) or len(found) % count:
        raise Unclear
    yours = [scalar(value) for value in values]
    losses = [found[begin : begin + count] for begin in range(0, len(found), count)]
    means = [sum(each) / sum(sizes) for each in losses]
    known = {text: formula(means, losses, sizes) for text, formula in HISTORIES.items()}
    return {
        text: max(abs(a / b - 1) for a, b in zip(yours, right, strict=True))
        for text, right in known.items()
        if len(yours) == len(right) and all(right)
    }


def _read_history(seen: Seen) -> Said | None:
    """What the returned numbers are, in trainings whose loss falls and rises."""
    far = [_off(seen, name) for name in (*PATHS, "rising")]
    fitting = [text for text in HISTORIES if all(each.get(text, 1) < 2e-4 for each in far)]
    if not fitting or fitting[0] == "E_k":
        return None
    shown = "epoch-mean-of-batch-means" if fitting[0] == "sum(L/n)/B" else "train-history"
    return Said({"yours": fitting[0], "asked": "E_k"}, shown)


def _history_off(seen: Seen, name: str) -> float:
    return _off(seen, name).get("E_k", 0.0)


def _distance(seen: Seen, name: str) -> float:
    return traces.distance(seen, name, adam(seen.given(name)["learning_rate"]))


def _read_returned(seen: Seen) -> Said | None:
    """The kind of what is returned, where it is no list with a number for each epoch."""
    question, epochs = seen.questions["epochs"], seen.given("epochs")["epochs"]
    yours, asked = common.kind(common.value_of(seen, "epochs"), {}), f"list of {epochs}"
    if yours == asked:
        return None
    known = {"NoneType": "nothing-returned", "tuple": "returns-extra-values"}
    shown = next((known[begin] for begin in known if yours.startswith(begin)), "train-history")
    return Said({"called": question.called, "yours": yours, "asked": asked}, shown)


READINGS = (
    *common.raises(spared="device"),
    steps.still(PATHS),
    Reading("parameters_replaced", _read_replaced, ends=True),
    *steps.networks(PATHS),
    _passes("train_passes", (*RUNS, "many")),
    _passes("train_stops_flat", ("flat",)),
    _passes("train_stops_rising", ("rising",)),
    steps.frozen(PATHS),
    Reading("train_renewed", _read_renewed, ends=True),
    Reading("train_path", _read_path, ends=True),
    Reading("train_history", _read_history, ends=True),
    Reading("returns_for", _read_returned, ends=True),
    *steps.surroundings(PATHS),
    steps.off("parameters_off", _distance, (*RUNS, "rising"), (1, 5, 25)),
    steps.off("value_off", _history_off, (*PATHS, "rising"), (0.1, 1, 5, 25)),
)
