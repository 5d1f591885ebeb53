"""What train_epoch does: which images it learns from, which gradients make each step, and what it returns."""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.checks.measured import Question, Reading, Said, Seen, Unclear, Values, agree, fit, short
from autograder.vae.checks.inputs import Draw
from autograder.vae.checks.steps import adam, sgd
from autograder.vae.checks.toy_models import WEIGHTS, long_task, one_batch, wide_task
from autograder.vae.measure import common, steps, traces
from autograder.vae.measure.mean_loss import EPOCHS, MOMENTUM, image_count, loss_calls, value_of, value_off

NOTED = 13
PLAIN = ("epoch", "odd")
# Losses of some 10,000, of either sign, and a rate at which clipped steps still show in float32.
LARGE = {"loss": {"tilted": 1e4, "codes": 100.0}, "optimizer": {"name": "SGD", "options": {"lr": 1e-8}}}
LARGE_BATCHES = 9


def questions(seed: int) -> dict[str, Question]:
    """Epochs of a few batches, one of large losses, one of many batches, one of large batches, and another device."""
    asked = {}
    for index, (name, (images, size)) in enumerate(EPOCHS.items()):
        draw, momentum = Draw(seed + index), MOMENTUM if name == "momentum" else 0.0
        options = {"lr": float(draw.uniform("rate", 2e-4, 6e-4, 1)), "momentum": momentum}
        task = traces.task(draw, images, size)
        called = f"N={images}, batch_size={size}" + (f", momentum={momentum:g}" if momentum else "")
        arguments = {
            **task,
            "loss": WEIGHTS,
            "optimizer": {"name": "SGD", "options": options},
            "noted": NOTED,
        }
        asked[name] = Question("train_epoch", arguments, called)
    long, wide = long_task(Draw(seed)), wide_task(Draw(seed))
    few = {**long["data"], **{name: long["data"][name][:LARGE_BATCHES] for name in ("images", "labels")}}
    for name, task, noted in (
        ("large", {**long, **LARGE, "data": few}, NOTED),
        ("many", long, 1),
        ("wide", wide, 1),
    ):
        task = {**task, "model": traces.narrow(task["model"]), "device": "cpu", "noted": noted}
        called = f"N={len(task['data']['images'])}, batch_size={task['data']['batch_size']}"
        asked[name] = Question("train_epoch", task, called, dear=name == "many")
    device = {key: asked["epoch"].arguments[key] for key in ("model", "data", "loss", "optimizer")}
    return {**asked, "device": Question("train_epoch_device", one_batch(device), dear=True)}


def _rate(seen: Seen, name: str) -> float:
    return float(seen.given(name)["optimizer"]["options"]["lr"])


def _distance(seen: Seen, name: str) -> float:
    return traces.distance(seen, name, sgd(**seen.given(name)["optimizer"]["options"]))


def _right(seen: Seen, name: str) -> bool:
    return _distance(seen, name) < 5e-3


def _read_code(seen: Seen, guess: str = "") -> Said | None:
    """What is decoded in place of a sample."""
    found = set()
    for p in (p for name in PLAIN for p in traces.passes(seen, name)):
        known = p.outputs()
        found.add(steps.describe(p.code, "z", {name: known[name] for name in ("z", "mu", "log_var")}, guess))
    return steps.told("z", found, "epoch-no-sampling" if found == {"mu"} else None)


def _read_ignored(seen: Seen) -> Said | None:
    """Whether the given loss is never called although the network is used."""
    used = all(traces.passes(seen, name) for name in PLAIN)
    called = any(common.part_of(seen.answer(name), "calls") != [] for name in PLAIN)
    return Said({}, "epoch-own-loss") if used and not called else None


def _read_arguments(seen: Seen, guess: str = "") -> Said | None:
    """The first argument of the loss that is not what it should be."""
    for question in ("epoch", "large"):
        found: dict[str, set[str]] = {"recon_x": set(), "x": set(), "mu": set(), "log_var": set()}
        calls = [] if _right(seen, question) else loss_calls(seen, question, "given")
        images = traces.batches(seen, question)
        for p, x, (given,) in zip(traces.passes(seen, question), images, calls, strict=False):
            known = {"x": x, **p.outputs()}
            for name in found:
                found[name].add(steps.describe(common.part_of(given, name), name, known, guess))
        for name in found:
            swapped = "epoch-arguments-swapped" if found[name] & {*found} else None
            clamped = name == "log_var" and all(each.startswith("clamp") for each in found[name])
            said = steps.told(name, found[name], "log-var-clamped" if clamped else swapped)
            if said is not None:
                return said
    return None


def _read_used(seen: Seen) -> Said | None:
    """Of how many images, in how many batches, the loss is computed, where that is not once in their own batches."""
    for name in (*PLAIN, "many", "wide"):
        calls = [traces.rows(value, 30) for (value,) in loss_calls(seen, name, "pixels")]
        asked = [images[:, 300:330] for images in traces.batches(seen, name)]
        same = [len(each) for each in calls] == [len(each) for each in asked]
        if (
            not calls or same or (name != "many" and _right(seen, name))
        ):  # losses can be added up in other ways
            continue
        used, known = ({tuple(row) for row in torch.cat(each).tolist()} for each in (calls, asked))
        if not used <= known:
            raise Unclear
        values = {"called": seen.questions[name].called, "images": len(used), "of": len(known)}
        values |= {"yours": len(calls), "asked": len(asked)}
        if [rows[:1].tolist() for rows in asked] == [rows.tolist() for rows in calls]:
            return Said(values, "first-image-only")
        return Said(values, "epoch-batches-skipped" if used < known else "epoch-step-order")
    return None


# What terms of a step show, in this order.
TERMS = {
    "lr*sum(g)": "epoch-no-zero-grad",
    "lr*g_previous": "epoch-step-order",
    **dict.fromkeys(("lr*Adam(g)", "Adam(g)", "lr*sign(g)"), "epoch-own-optimizer"),
    **dict.fromkeys(("theta", "lr*theta", "lr*g/norm(g)"), "epoch-gradient-changed"),
    **dict.fromkeys(("lr*g/n", "lr*g/N", "lr*g/L", "lr*g*L"), "epoch-loss-rescaled"),
}


def _steps(seen: Seen) -> tuple[dict[str, Tensor], Tensor]:
    """What each step may be made of, by name, and what it subtracts from the parameters theta."""
    tables: list[dict[str, Tensor]] = []
    for name in PLAIN:
        rate, directions = _rate(seen, name), adam(-1.0)
        previous = total = torch.zeros_like(traces.start(seen, name))
        pairs = zip(traces.passes(seen, name), traces.gradients(seen, name), strict=True)
        for number, (p, (loss, g)) in enumerate(pairs, start=1):
            total = total + g
            free = {"sign(g)": g.sign(), "Adam(g)": directions(number, g), "theta": p.before}
            scaled = {"g": g, "g/n": g / len(p.images), "g/N": g / image_count(seen, name)}
            scaled |= {"sum(g)": total, "g_previous": previous, "g/norm(g)": g / g.norm()}
            scaled |= {"g/L": g / (loss or 1), "g*L": g * loss, **free}
            columns = {f"lr*{key}": rate * value for key, value in scaled.items()}
            columns |= {**free, "": p.before - p.after}
            chosen = g.abs().argsort(descending=True)[:: len(g) // 40]
            tables.append({key: value[chosen] for key, value in columns.items()})
            previous = g
    joined = {key: torch.cat([table[key] for table in tables]) for key in tables[0]}
    step = joined.pop("")
    return joined, step


def _read_step(seen: Seen) -> Said | None:
    """What each step subtracts, as a formula of the batch's gradient g."""
    joined, step = _steps(seen)
    found = fit(list(joined.values()), step, 2, 1e-3) or {}
    weights = {list(joined)[index]: weight for index, weight in found.items()}
    least = 2e-3 * float(step.abs().max()) + 1e-7 * float(joined["theta"].abs().max())  # float32 rounds theta
    weights = {
        name: each for name, each in weights.items() if float((each * joined[name]).abs().max()) > least
    }
    if not weights or (set(weights) == {"lr*g"} and abs(weights["lr*g"] - 1) < 2e-3):
        return None
    scaled_or_negated = "epoch-loss-rescaled" if set(weights) == {"lr*g"} and weights["lr*g"] < 0 else None
    shown = next((TERMS[term] for term in TERMS if term in weights), scaled_or_negated)
    return Said({"weights": weights, "yours": steps.combined(weights), "asked": "lr*g"}, shown)


def _predicts_step(values: Values, seen: Seen) -> bool:
    """Whether the formula gives these steps. Which formula fits best may differ by a term that is next to nothing."""
    joined, step = _steps(seen)
    made = torch.stack([weight * joined[name] for name, weight in values["weights"].items()]).sum(0)
    return bool((made - step).abs().max() <= 3e-3 * step.abs().max())


def _read_weights(seen: Seen) -> Said | None:
    """With which weights the gradients so far make each step, where these are not the optimiser's."""
    for name, momentum in (("epoch", 0.0), ("momentum", MOMENTUM)):
        yours, asked = [], []
        for number, p in enumerate(traces.passes(seen, name), start=1):
            basis = torch.stack([g for _, g in traces.gradients(seen, name)[:number]])
            step = (p.before - p.after) / _rate(seen, name)
            weights = torch.linalg.lstsq(basis @ basis.T, basis @ step, driver="gelsd").solution
            rounding = 1e-7 * (1 + float(p.before.abs().max())) / _rate(seen, name)
            if float((weights @ basis - step).abs().max()) > 2e-3 * float(step.abs().max()) + rounding:
                raise Unclear
            yours.append([round(weight, 3) + 0.0 for weight in weights.tolist()])
            if any(0 < abs(weight) < 0.05 for weight in yours[-1]):  # too few digits to tell
                raise Unclear
            asked.append([momentum ** (number - index) for index in range(1, number + 1)])
        wrong = [index for index in range(len(yours)) if not agree(yours[index], asked[index])]
        if wrong:
            values = {"weights": yours, "step": wrong[-1] + 1, "called": seen.questions[name].called}
            sums = [steps.numbered(rows[wrong[-1]], "g") for rows in (yours, asked)]
            shown = "epoch-own-optimizer" if momentum else _order(yours)
            return Said({**values, "yours": sums[0], "asked": sums[1]}, shown)
    return None


def _order(weights: list[list[float]]) -> str | None:
    """Which known order of calls a lower triangle of zeros and ones shows."""
    if any(weight not in (0, 1) for row in weights for weight in row):
        return None
    return "epoch-zero-grad-misplaced" if all(row[-1] for row in weights) else "epoch-step-order"


def _read_clipped(seen: Seen) -> Said | None:
    """Steps along the gradient whose length, or largest element, has a limit."""
    for name in ("epoch", "large"):
        limits: set[tuple[str, float]] = set()
        for p, (_, g) in zip(traces.passes(seen, name), traces.gradients(seen, name), strict=True):
            step = (p.before - p.after) / _rate(seen, name)
            most, norm = float(step.abs().max()), float(step.norm())
            rounding = 2e-3 * most + 1e-7 * (1 + float(p.before.abs().max())) / _rate(seen, name)
            known = {
                ("", 0.0): g,
                ("abs(g)", most): g.clamp(-most, most),
                ("norm(g)", norm): g * norm / g.norm(),
            }
            fits = [key for key, value in known.items() if float((value - step).abs().max()) <= rounding]
            if not fits or not most:
                raise Unclear
            limits.add((fits[0][0], short(fits[0][1], 2)))
        limits.discard(("", 0.0))
        if len(limits) == 1:
            of, limit = limits.pop()
            return Said({"of": of, "limit": limit}, "epoch-gradient-changed")
    return None


RETURNED = dict.fromkeys(("tensor", "scalar", "numpy", "list"), "epoch-returns-tensor")
RETURNED |= {"NoneType": "nothing-returned", "tuple": "returns-extra-values"}
READINGS = (
    *common.raises(spared="device"),
    common.returns({"epoch": {}, "momentum": {}}, "float", RETURNED),
    Reading("loss_ignored", _read_ignored, ends=True),
    steps.still(PLAIN),
    *steps.networks(PLAIN),
    Reading("decoder_gets", _read_code, steps.guessing(_read_code), ends=True),
    Reading("loss_gets", _read_arguments, steps.guessing(_read_arguments), ends=True),
    Reading("images_used", _read_used, ends=True),
    steps.frozen(PLAIN),
    Reading("step_formula", _read_step, _predicts_step, ends=True),
    Reading("step_clipped", _read_clipped, ends=True),
    Reading("step_weights", _read_weights, ends=True),
    *steps.surroundings(PLAIN),
    Reading("value_formula", value_of(learning=True), ends=True),
    Reading("value_evaluated", value_of(learning=False), ends=True),
    steps.off("parameters_off", _distance, ("epoch", "odd", "momentum", "large"), (1, 5, 25)),
    steps.off("value_off", value_off, (*EPOCHS, "many"), (0.1, 1, 5, 25)),
)
