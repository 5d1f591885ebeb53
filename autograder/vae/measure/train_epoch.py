"""What train_epoch does: which images it learns from, which gradients make each step, and what it returns."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from autograder.checks.measured import (
    Question,
    Reading,
    Said,
    Seen,
    Unclear,
    Values,
    agree,
    fit,
    scalar,
    short,
    tensor,
)
from autograder.vae.checks.inputs import Draw
from autograder.vae.checks.steps import adam
from autograder.vae.checks.toy_models import WEIGHTS, long_task, one_batch, training_task, wide_task
from autograder.vae.measure import common, steps

NOTED = 13
EPOCHS = {"one image": (1, 4), "epoch": (15, 4), "short": (10, 4), "odd": (13, 3), "momentum": (15, 4)}
AGAIN = tuple(f"again {index}" for index in range(4))  # epochs of the same shape, for weights of the losses
PLAIN = ("epoch", "short", "odd")
LARGE_BATCHES = 9
MOMENTUM = 0.5
# Losses of some 10,000, of either sign, and a rate at which clipped steps still show in float32.
MIDDLE = {"loss": {"tilted": 1e4, "codes": 100.0}, "optimizer": {"name": "SGD", "options": {"lr": 1e-8}}}


def questions(seed: int) -> dict[str, Question]:
    """Epochs of a few batches, one of large losses, one of many batches, one of large batches, and another device."""
    asked = {}
    for index, (name, size) in enumerate({**EPOCHS, **dict.fromkeys(AGAIN, EPOCHS["epoch"])}.items()):
        task = _task(Draw(seed + index), *size, MOMENTUM if name == "momentum" else 0.0)
        called = "N={}, batch_size={}".format(*size) + (
            f", momentum={MOMENTUM:g}" if name == "momentum" else ""
        )
        asked[name] = Question("train_epoch", {**task, "noted": 1 if name in AGAIN else NOTED}, called)
    draw = Draw(seed)
    long, wide = long_task(draw), wide_task(draw)
    few = {name: long["data"][name][:LARGE_BATCHES] for name in ("images", "labels")}
    for name, task, noted, called in (
        (
            "large",
            {**long, **MIDDLE, "data": {**long["data"], **few}},
            NOTED,
            f"N={LARGE_BATCHES}, batch_size=1",
        ),
        ("many", long, 1, f"N={len(long['data']['images'])}, batch_size=1"),
        ("wide", wide, 1, "N=134, batch_size=131"),
    ):
        asked[name] = Question("train_epoch", {**task, "device": "cpu", "noted": noted}, called)
    device = {key: value for key, value in one_batch(_task(draw, 4, 4, 0.0)).items() if key != "device"}
    return {**asked, "device": Question("train_epoch_device", device, "device")}


def _task(draw: Draw, images: int, batch_size: int, momentum: float) -> dict[str, Any]:
    rate = float(draw.uniform("rate", 2e-4, 6e-4, 1))
    data = {
        "images": draw.images("epoch", images),
        "labels": torch.arange(images) % 10,
        "batch_size": batch_size,
    }
    optimizer = {"name": "SGD", "options": {"lr": rate, "momentum": momentum}}
    return {**training_task(draw), "data": data, "loss": WEIGHTS, "optimizer": optimizer, "device": "cpu"}


def _rate(seen: Seen, name: str) -> float:
    return float(seen.given(name)["optimizer"]["options"]["lr"])


def _calls(seen: Seen, name: str, *keys: str, learning: bool = True) -> list[list[Any]]:
    """These entries of each call of the loss while gradients were on, or off."""
    calls = common.part_of(seen.answer(name), "calls")
    if not isinstance(calls, list):
        raise Unclear
    chosen = [call for call in calls if (common.part_of(call, "learning") is True) == learning]
    return [[common.part_of(call, key) for key in keys] for call in chosen]


def _right(seen: Seen, name: str) -> bool:
    """Whether the parameters end where they should."""
    if ("right", name) not in seen.worked_out:
        parameters, velocity = steps.start(seen, name), torch.zeros(())
        for images in steps.batches(seen, name):
            gradient = steps.gradient(seen, name, parameters, images)[1]
            velocity = seen.given(name)["optimizer"]["options"].get("momentum", 0.0) * velocity + gradient
            parameters = parameters - _rate(seen, name) * velocity
        movement = parameters - steps.start(seen, name)
        off = steps.moved(seen, name) - movement
        seen.worked_out["right", name] = bool(off.norm() < 1e-3 * movement.norm())
    return bool(seen.worked_out["right", name])


def _read_code(seen: Seen) -> Said | None:
    """What is decoded in place of a sample."""
    found = set()
    for p in (p for name in PLAIN for p in steps.passes(seen, name)):
        mu, log_var, z = p.outputs()
        found.add(steps.describe(p.code, "z", {"z": z, "mu": mu, "log_var": log_var}))
    return steps.told("z", found, "epoch-no-sampling" if found == {"mu"} else None)


def _read_ignored(seen: Seen) -> Said | None:
    """Whether the given loss is never called although the network is used."""
    called = any(
        not steps.passes(seen, name) or common.part_of(seen.answer(name), "calls") != [] for name in PLAIN
    )
    return None if called else Said({}, "epoch-own-loss")


def _read_arguments(seen: Seen) -> Said | None:
    """The first argument of the loss that is not what it should be."""
    for question, names in (
        ("epoch", ("recon_x", "x", "mu", "log_var")),
        ("large", ("recon_x", "mu", "log_var")),
    ):
        found: dict[str, set[str]] = {name: set() for name in names}
        calls = [] if _right(seen, question) else _calls(seen, question, "given")
        images = steps.batches(seen, question)
        for p, x, (given,) in zip(steps.passes(seen, question), images, calls, strict=False):
            mu, log_var, _ = p.outputs()
            known = {
                "x": x,
                "mu": mu,
                "log_var": log_var,
                "recon_x": p.decoded(tensor(p.code, *mu.shape)),
            }
            for name in names:
                found[name].add(steps.describe(common.part_of(given, name), name, known))
        for name in names:
            swapped = "epoch-arguments-swapped" if found[name] & {*names, "x"} else None
            clamped = name == "log_var" and any(
                "at most" in each or "at least" in each for each in found[name]
            )
            if (said := steps.told(name, found[name], "log-var-clamped" if clamped else swapped)) is not None:
                return said
    return None


def _read_untracked(seen: Seen) -> Said | None:
    """Arguments of the loss that carry no gradient back."""
    found = set()
    for (tracked,) in _calls(seen, "epoch", "tracked"):
        found.add(", ".join(each for each in ("recon_x", "mu", "log_var") if each not in tracked))
    if _right(seen, "epoch") or len(found) != 1 or found == {""} or _read_arguments(seen) is not None:
        return None
    return Said({"arguments": found.pop()}, "part-of-model-frozen")


def _read_used(seen: Seen) -> Said | None:
    """How often the loss of each image is computed, where that is not once in its own batch."""
    for name in (*PLAIN, "many", "wide"):
        images = seen.given(name)["data"]["images"].flatten(1)[:, 300:330].double()
        counts, sizes = [0] * len(images), []
        for (value,) in _calls(seen, name, "pixels"):
            pixels = steps.rows(value, 30)
            same = (pixels[:, None] == images).all(2)
            if not bool((same.sum(1) == 1).all()):
                raise Unclear
            for index in same.int().argmax(1).tolist():
                counts[index] += 1
            sizes.append(len(pixels))
        asked = [len(each) for each in steps.batches(seen, name)]
        if (set(counts) == {1} and sizes == asked) or not sizes or _right(seen, name):
            continue
        called = seen.questions[name].called
        if set(counts) == {1}:
            return Said({"called": called, "yours": " + ".join(map(str, sizes[:8]))}, "epoch-step-order")
        firsts = [int(index == 0) for size in asked for index in range(size)]
        misconception = "first-image-only" if counts == firsts and max(asked) > 1 else "epoch-batches-skipped"
        return Said(
            {"called": called, "yours": _ranges(counts)}, misconception if 0 in counts else "epoch-step-order"
        )
    return None


def _ranges(counts: list[int]) -> str:
    """Runs of images that are not used once, numbered from 1."""
    runs: list[list[int]] = []
    for index, count in enumerate(counts, start=1):
        if runs and runs[-1][2] == count:
            runs[-1][1] = index
        else:
            runs.append([index, index, count])
    shown = [(f"{a}-{b}" if a < b else f"{a}") + f" ({count}x)" for a, b, count in runs if count != 1]
    return ", ".join(shown[:6]) + ", ..." * (len(shown) > 6)


ROWS = 40  # parameters that are looked at in each step


def _read_step(seen: Seen) -> Said | None:
    if "step" not in seen.worked_out:
        seen.worked_out["step"] = _step_formula(seen)
    said: Said | None = seen.worked_out["step"]
    return said


def _step_formula(seen: Seen) -> Said | None:
    """What each step subtracts from the parameters theta, as a formula of the batch's gradient g."""
    tables: list[dict[str, Tensor]] = []
    for name in PLAIN:
        rate, count, directions = _rate(seen, name), len(seen.given(name)["data"]["images"]), adam(-1.0)
        previous = total = torch.zeros_like(steps.start(seen, name))
        pairs = zip(steps.passes(seen, name), steps.gradients(seen, name), strict=True)
        for number, (p, (loss, g)) in enumerate(pairs, start=1):
            total = total + g
            free = {"sign(g)": g.sign(), "Adam(g)": directions(number, g), "theta": p.before}
            scaled = {
                **{
                    "g": g,
                    "g/n": g / len(p.images),
                    "g/N": g / count,
                    "sum(g)": total,
                    "g_previous": previous,
                },
                **{
                    "g/L": g / loss,
                    "g*L": g * loss,
                    "g/sqrt(L)": g / math.sqrt(abs(loss)),
                    "g/norm(g)": g / g.norm(),
                },
                **free,
            }
            columns = {
                **{f"lr*{key}": rate * value for key, value in scaled.items()},
                **free,
                "": p.before - p.after,
            }
            chosen = g.abs().argsort(descending=True)[:: len(g) // ROWS]
            tables.append({key: value[chosen] for key, value in columns.items()})
            previous = g
    joined = {key: torch.cat([table[key] for table in tables]) for key in tables[0]}
    moved = joined.pop("")
    found = fit(list(joined.values()), moved, 2, 1e-3) or {}
    weights = {list(joined)[index]: weight for index, weight in found.items()}
    if not weights or (set(weights) == {"lr*g"} and abs(weights["lr*g"] - 1) < 2e-3):
        return None
    return Said(
        {"weights": weights, "yours": steps.combined(weights), "asked": "lr*g"}, _step_misconception(weights)
    )


def _step_misconception(weights: Values) -> str | None:
    rules = {
        ("lr*sum(g)",): "epoch-no-zero-grad",
        ("lr*g_previous",): "epoch-step-order",
        ("lr*Adam(g)", "Adam(g)"): "epoch-own-optimizer",
        ("theta", "lr*g/norm(g)"): "epoch-gradient-changed",
        ("lr*g/n", "lr*g/N", "lr*g/L", "lr*g*L", "lr*g/sqrt(L)"): "epoch-loss-rescaled",
    }
    if weights.get("lr*g", 1) < 0:
        return "epoch-loss-rescaled"
    return next((name for keys, name in rules.items() if set(keys) & set(weights)), None)


def _weights(seen: Seen, name: str) -> list[list[float]]:
    """For each step, with which weights the gradients of all batches so far make it up."""
    table, found = torch.stack([g for _, g in steps.gradients(seen, name)]), []
    for number, p in enumerate(steps.passes(seen, name), start=1):
        step, basis = (p.before - p.after) / _rate(seen, name), table[:number]
        weights = torch.linalg.lstsq(basis @ basis.T, basis @ step[:, None], driver="gelsd").solution[:, 0]
        rounding = 1e-7 * (1 + float(p.before.abs().max())) / _rate(seen, name)
        if float((weights @ basis - step).abs().max()) > 2e-3 * float(step.abs().max()) + rounding:
            raise Unclear
        found.append([round(weight, 3) + 0.0 for weight in weights.tolist()])
    return found


def _read_weights(seen: Seen) -> Said | None:
    """Which gradients make the steps, where these are not those of the optimiser that was given."""
    for name, momentum in (("epoch", 0.0), ("momentum", MOMENTUM)):
        yours = _weights(seen, name)
        asked = [[momentum ** (last - index) for index in range(last + 1)] for last in range(len(yours))]
        wrong = [index for index in range(len(yours)) if not agree(yours[index], asked[index])]
        if wrong and _read_step(seen) is None:
            formulas = (steps.numbered(rows[wrong[-1]], "g") for rows in (yours, asked))
            values = {"weights": yours, "step": wrong[-1] + 1, "called": seen.questions[name].called}
            values |= dict(zip(("yours", "asked"), formulas, strict=True))
            return Said(values, "epoch-own-optimizer" if momentum else _order_misconception(yours))
    return None


def _order_misconception(weights: list[list[float]]) -> str | None:
    """Which known order of calls a lower triangle of zeros and ones shows."""
    if any(weight not in (0, 1) for row in weights for weight in row):
        return None
    return "epoch-zero-grad-misplaced" if all(row[-1] for row in weights) else "epoch-step-order"


def _read_clipped(seen: Seen) -> Said | None:
    """Steps along the gradient whose length has a limit."""
    limits: set[tuple[str, float]] = set()
    for name in ("epoch", "short", "large"):
        if limits:
            break
        for p, (_, g) in zip(steps.passes(seen, name), steps.gradients(seen, name), strict=True):
            step = (p.before - p.after) / _rate(seen, name)
            most = float(step.abs().max())
            rounding = 2e-3 * most + 1e-7 * (1 + float(p.before.abs().max())) / _rate(seen, name)
            if float((step - g).abs().max()) <= rounding:
                continue
            if not most:
                raise Unclear
            if float((float(step @ g / g.square().sum()) * g - step).abs().max()) <= rounding:
                limits.add(("norm", short(float(step.norm()), 2)))
            elif float((g.clamp(-most, most) - step).abs().max()) <= rounding:
                limits.add(("element", short(most, 2)))
            else:
                raise Unclear
    if len(limits) != 1:
        return None
    kind, limit = limits.pop()
    return Said({"of": kind, "limit": limit}, "epoch-gradient-changed")


def _read_noisy(seen: Seen) -> Said | None:
    """The spread of what comes on top of the gradient, the same in every step."""
    spreads = []
    for name in PLAIN:
        for p, (_, g) in zip(steps.passes(seen, name), steps.gradients(seen, name), strict=True):
            rest = (p.before - p.after) / _rate(seen, name) - g
            if abs(float(rest @ g)) > 0.05 * float(rest.norm() * g.norm()):
                raise Unclear
            spreads.append(float(rest.std()))
    size = sum(spreads) / len(spreads)
    same = max(spreads) < 1.05 * size and min(spreads) > 0.95 * size and size > 1e-2
    return Said({"spread": short(size, 1)}, "epoch-gradient-changed") if same else None


def _read_unlearnt(seen: Seen) -> Said | None:
    """Losses from which nothing is learnt: all above, or all below those from which something is."""
    weights = [row[-1] for row in _weights(seen, "large")]
    losses = [loss for loss, _ in steps.gradients(seen, "large")]
    lost, learnt = ([loss for loss, w in zip(losses, weights, strict=True) if w == k] for k in (0, 1))
    if not lost or not learnt or len(lost) + len(learnt) < len(losses):
        return None
    side = "above" if min(lost) > max(learnt) else "below" if max(lost) < min(learnt) else None
    return side and Said({"side": side, "lost": short(lost[0], 2), "learnt": short(learnt[0], 2)})


def _predicts_unlearnt(values: Values, seen: Seen) -> bool:
    again = _read_unlearnt(seen)
    return again is not None and again.values["side"] == values["side"]


Batches = list[tuple[float, int]]  # loss of a batch, images in it
ADDED: dict[str, Callable[[Batches], float]] = {
    "sum(L)": lambda calls: sum(loss for loss, _ in calls),
    "sum(L/n)": lambda calls: sum(loss / n for loss, n in calls),
    "sum(L*n)": lambda calls: sum(loss * n for loss, n in calls),
    "L_last": lambda calls: calls[-1][0],
    "L_last/n_last": lambda calls: calls[-1][0] / calls[-1][1],
    "L_first": lambda calls: calls[0][0],
    "L_first/n_first": lambda calls: calls[0][0] / calls[0][1],
    "min(L/n)": lambda calls: min(loss / n for loss, n in calls),
    "max(L/n)": lambda calls: max(loss / n for loss, n in calls),
}


def _losses(seen: Seen, name: str, learning: bool) -> Batches:
    calls = _calls(seen, name, "value", "pixels", learning=learning)
    return [(scalar(value), len(steps.rows(pixels, 30))) for value, pixels in calls]


def _divisors(seen: Seen, name: str) -> dict[str, float]:
    """Numbers that a sum may be divided by: N images in B batches, and so on."""
    data = seen.given(name)["data"]
    images, size = len(data["images"]), data["batch_size"]
    count = math.ceil(images / size)
    known = {"": 1, "/N": images, "/B": count, "/batch_size": size, "/(B*batch_size)": count * size}
    return {
        **known,
        "/(N*B)": images * count,
        "/N^2": images**2,
        "/(784*N)": 784 * images,
        "/(784*B)": 784 * count,
    }


def _value_of(learning: bool) -> Callable[[Seen], Said | None]:
    """The returned value as a short formula of the losses L of batches of n images, with gradients on, or off."""
    names = (*PLAIN, "one image", "momentum")

    def read(seen: Seen) -> Said | None:
        losses = {name: _losses(seen, name, learning) for name in names}
        for text, add in ADDED.items() if all(losses.values()) else ():
            sums = [scalar(common.value_of(seen, name)) / add(losses[name]) for name in names]
            for divisor in _divisors(seen, "epoch"):
                shares = [
                    share * _divisors(seen, name)[divisor] for share, name in zip(sums, names, strict=True)
                ]
                if max(shares) - min(shares) <= 1e-5 * abs(shares[0]):
                    yours = steps.combined({text + divisor: short(shares[0])})
                    right = learning and yours == "sum(L)/N"
                    return (
                        None
                        if right
                        else Said(
                            {"yours": yours, "asked": "sum(L)/N"}, _value_misconception(yours, learning)
                        )
                    )
        raise Unclear

    return read


def _value_misconception(yours: str, learning: bool) -> str | None:
    rules = {"L_last": "epoch-last-batch-loss", "sum(L/n)/B": "epoch-mean-of-batch-means"}
    known = next(
        (name for begin, name in rules.items() if yours == begin or yours.startswith("L_last")), None
    )
    return (
        (known or ("epoch-wrong-divisor" if "sum(" in yours else None))
        if learning
        else "epoch-loss-after-step"
    )


def _read_value_weights(seen: Seen) -> Said | None:
    """The weights of the batches' losses in the returned value, in epochs of one shape."""
    names = ("epoch", "momentum", *AGAIN)
    table = [[loss for loss, _ in _losses(seen, name, True)] for name in names]
    if {len(row) for row in table} != {len(steps.batches(seen, "epoch"))}:
        raise Unclear
    losses = torch.tensor(table, dtype=torch.float64)
    value = torch.tensor([scalar(common.value_of(seen, name)) for name in names], dtype=torch.float64)
    weights = torch.linalg.lstsq(losses, value[:, None]).solution[:, 0]
    if float((losses @ weights - value).abs().max()) > 2e-5 * float(value.abs().max()):
        raise Unclear
    yours = [round(weight * EPOCHS["epoch"][0], 3) + 0.0 for weight in weights.tolist()]
    if agree(yours, [1.0] * len(yours)):
        return None
    text, right = (f"({steps.numbered(each, 'L')})/N" for each in (yours, [1.0] * len(yours)))
    called = {"weights": yours, "called": seen.questions["epoch"].called}
    return Said(
        {**called, "yours": text, "asked": right}, None if any(yours[:-1]) else "epoch-last-batch-loss"
    )


def _read_noise(seen: Seen) -> Said | None:
    fresh = {common.part_of(seen.answer(name), "fresh_noise") for name in ("epoch", "many")}
    return Said({}, "training-noise-repeated") if fresh == {False} else None


def _read_edited(seen: Seen) -> Said | None:
    before = seen.given("epoch")["data"]["images"].double()
    left = tensor(common.part_of(seen.answer("epoch"), "images"), *before.shape)
    return None if torch.equal(left, before) else Said({"argument": "images"}, "input-edited")


def _read_mixed(seen: Seen) -> Said | None:
    return Said({}, "hard-coded-device") if common.part_of(seen.answer("device"), "mixed") is True else None


RETURNED = dict.fromkeys(("tensor", "scalar", "numpy", "list"), "epoch-returns-tensor")
RETURNED |= {"NoneType": "nothing-returned", "tuple": "returns-extra-values"}
READINGS = (
    *steps.raises(),
    common.returns({"epoch": {}, "momentum": {}}, "float", RETURNED),
    Reading("changes", _read_edited),
    Reading("loss_ignored", _read_ignored),
    steps.still(PLAIN),
    steps.fed(PLAIN),
    steps.evaluating(PLAIN),
    Reading("decoder_gets", _read_code),
    Reading("loss_gets", _read_arguments),
    Reading("loss_untracked", _read_untracked),
    Reading("images_used", _read_used),
    steps.frozen(PLAIN),
    Reading("step_formula", _read_step),
    Reading("step_weights", _read_weights),
    Reading("step_clipped", _read_clipped),
    Reading("step_noise", _read_noisy),
    Reading("losses_unlearnt", _read_unlearnt, _predicts_unlearnt),
    Reading("noise_repeats", _read_noise),
    Reading("mixes_devices", _read_mixed),
    Reading("value_formula", _value_of(learning=True), ends=True),
    Reading("value_evaluated", _value_of(learning=False), ends=True),
    Reading("value_weights", _read_value_weights),
)
