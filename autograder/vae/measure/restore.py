"""How restore goes on: what becomes of known and unknown pixels, and which program's result it returns."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, count, islice
from typing import Any

import torch
from torch import Tensor

from autograder.checks.measured import Question, Reading, Said, Seen, Unclear
from autograder.vae.checks.inputs import Draw
from autograder.vae.checks.toy_models import plain_model, slow_model
from autograder.vae.measure import codes

SIMULATED = {"single": 5e-4, "linear": 5e-4, "short": 5e-4, "long": 5e-4, "slow": 2e-5}  # largest difference
CLOSE = 5e-4
RIGHT = {
    "mask": "known",
    "start": "known*x + (1 - known)*0.5",
    "encoded": "image",
    "code": "mu",
    "image": "known*x + (1 - known)*reconstruction",
    "returned": "image",
    "rounds": "iterations",
}
CHOICES = {
    "mask": ("1 - known", "known[0]"),
    "start": ("x", "0.5", "known*x + 0.5", "known*x + (1 - known)*mean(known pixels)",
              "known*x + (1 - known)*mean(x)", "known*x + (1 - known)*mean(x of each image)",
              "known*x + (1 - known)*mean(known pixels of each image)"),
    "rounds": ("iterations - 1", "iterations + 1", "2*iterations", "1", "0", "2", "3", "5", "10", "20"),
    "encoded": ("start", "x"),
    "code": ("log_var", "mu + log_var", "mu + exp(log_var/2)"),
    "image": ("reconstruction",),
    "returned": ("reconstruction", "mean of all images", "known*x + (1 - known)*reconstruction"),
}  # fmt: skip
FEW = (None, "iterations - 1", "iterations + 1", "1", "0")  # rounds that come with another change
MISCONCEPTIONS = {
    "mask": "restore-mask-inverted",
    "start": "restore-start",
    "encoded": "restore-iteration-count",
    "image": "restore-known-overwritten",
    "returned": "restore-known-overwritten",
    "rounds": "restore-iteration-count",
}


def questions(seed: int) -> dict[str, Question]:
    """Images of several numbers, rounds and models, one question twice; nothing or all of an image known."""
    draw = Draw(seed)
    bent, linear = codes.model(draw, 6, scale=0.1), codes.model(draw, 8, "linear", 0.1)
    fixed, constant = (codes.model(draw, 3, kind) for kind in ("fixed", "noisy"))

    def asking(spec: dict[str, Any], images: int, iterations: int, share: float | None = None) -> Question:
        x = draw.images(f"{images}", images).square()
        known = draw.mask(f"{images}", images) if share is None else torch.full_like(x, share)
        asked = codes.asking("restore", spec, x=x, known=known, iterations=iterations)
        nothing = {0.0: ", nothing known", 1.0: ", everything known"}
        return asked if share is None else asked._replace(called=asked.called + nothing[share])

    x, known = draw.images("device", 2), draw.mask("device", 2)
    return {
        "single": asking(bent, 1, 2),
        "none": asking(bent, 1, 2, 0.0),
        "all": asking(bent, 1, 2, 1.0),
        "linear": asking(linear, 5, 1),
        "once": asking(plain_model(draw), 5, 1),
        "more": asking(plain_model(draw), 5, 4),
        "short": asking(bent, 6, 3),
        "again": asking(bent, 6, 3),
        "long": asking(bent, 2, 6),
        **{f"fixed {rounds}": asking(fixed, 5, rounds) for rounds in (1, 2, 3)},
        "constant": asking(constant, 3, 1),
        "constant again": asking(constant, 3, 1),
        "slow": asking(slow_model(draw), 3, 60),
        "device": codes.on_device("restore", bent, x=x, known=known, iterations=2),
    }


def _given(seen: Seen, name: str) -> tuple[Tensor, Tensor, int]:
    """x and known (N, 784), and the number of iterations."""
    given = seen.given(name)["arguments"]
    return given["x"].double().flatten(1), given["known"].double().flatten(1), given["iterations"]


def _read_pixels(seen: Seen) -> Said | None:
    """What is in the known or unknown pixels, where every code is decoded to the same reconstruction."""
    for name in ("fixed 1", "fixed 2", "fixed 3"):
        x, known, iterations = _given(seen, name)
        found, r = codes.images(seen, name), codes.pixels_of(seen, name).expand_as(x)
        for where, region in (("unknown", known == 0), ("known", known == 1)):
            asked = x if where == "known" else r
            if float((found - asked)[region].abs().max()) < codes.EXACT:
                continue
            columns = {term.replace("p", "r"): each(r[region]) for term, each in codes.ALTERED.items()}
            yours = codes.formula({**columns, "x": x[region]}, found[region], 3)
            if yours is None:
                raise Unclear
            said = {
                "where": where,
                "iterations": iterations,
                "yours": yours,
                "asked": "x" if where == "known" else "r",
            }
            return Said(said, _of_pixels(where, yours, seen))
    return None


def _of_pixels(where: str, yours: str, seen: Seen) -> str | None:
    """Which known mistake a formula of pixels is."""
    x, known, _ = _given(seen, "fixed 1")
    unchanged = float(((codes.images(seen, "fixed 1") - x) * known).abs().max()) < codes.EXACT
    if where == "unknown" and yours == "x":
        return "restore-leak" if unchanged else "restore-mask-inverted"
    if where == "known" and yours == "r":
        return "restore-known-overwritten"
    if "r" in yours.replace("sqrt", "").replace("round", ""):
        plain = "(" not in yours and "^" not in yours
        return "restore-blended" if plain and yours != "r" else "latent-output-altered"
    return None


def _read_random(seen: Seen) -> Said | None:
    """Equal calls return different images; where the encoder ignores its input, only sampling makes a difference."""
    if _near(codes.images(seen, "short"), codes.images(seen, "again")):
        return None
    sampled = not _near(codes.images(seen, "constant"), codes.images(seen, "constant again"))
    return Said({}, "latent-sampled" if sampled else "restore-start")


def _near(first: Tensor, second: Tensor) -> bool:
    return bool((first - second).abs().max() < CLOSE)


def _fill(seen: Seen) -> str | None:
    """The constant in the unknown pixels at the start, from one iteration of a linear encoder."""
    x, known, _ = _given(seen, "linear")
    net = codes.network(seen.given("linear")["model"])
    q = seen.given("linear")["model"]["state"]["decoder.2.weight"][:, :8].double()
    b = seen.given("linear")["model"]["state"]["decoder.2.bias"].double()
    unknown = known[0] == 0
    logits = codes.images(seen, "linear")[0][unknown].clamp(1e-7, 1 - 1e-7).logit()
    z = torch.linalg.lstsq(q[unknown], (logits - b[unknown])[:, None]).solution[:, 0]
    empty, one = (net.encode((known * x + (1 - known) * fill)[:1])[0][0] for fill in (0.0, 1.0))
    one = one - empty
    fill = float((z - empty) @ one / (one @ one))
    return f"known*x + (1 - known)*{round(fill, 3) + 0.0:g}" if _near(empty + fill * one, z) else None


def _programs(fill: str | None) -> Iterator[dict[str, str]]:
    """Programs that differ from the right one in up to two choices, the fewest first."""
    single = [{slot: choice} for slot, choices in CHOICES.items() for choice in choices]
    single = [{}, *single, *([{"start": fill}] if fill not in (None, RIGHT["start"]) else [])]
    yield from single
    for first, second in combinations(single[1:], 2):
        both = {**first, **second}
        if len(both) == 2 and both.get("rounds") in FEW:
            yield both


def _start(text: str, x: Tensor, known: Tensor) -> Tensor:
    """The first image, from its formula."""
    means = {
        "mean(known pixels)": (x * known).sum() / known.sum(),
        "mean(x)": x.mean(),
        "mean(x of each image)": x.mean(1, keepdim=True),
        "mean(known pixels of each image)": (x * known).sum(1, keepdim=True) / known.sum(1, keepdim=True),
    }
    if text == "x":
        return x
    if text == "0.5":
        return torch.full_like(x, 0.5)
    if text == "known*x + 0.5":
        return known * x + 0.5
    fill = text.removeprefix("known*x + (1 - known)*")
    return known * x + (1 - known) * (means[fill] if fill in means else float(fill))


def _run(program: dict[str, str], seen: Seen, name: str) -> Iterator[Tensor]:
    """What a program would return after 0, 1, 2, ... reconstructions (N, 784)."""
    does = {**RIGHT, **program}
    x, known, _ = _given(seen, name)
    known = {"known": known, "1 - known": 1 - known, "known[0]": known[:1].expand_as(known)}[does["mask"]]
    if name not in seen.worked_out:
        seen.worked_out[name] = codes.network(seen.given(name)["model"])
    net, start = seen.worked_out[name], _start(does["start"], x, known)
    image = reconstruction = start
    total = torch.zeros_like(x)
    for rounds in count():
        pasted = known * x + (1 - known) * reconstruction
        yield {
            "image": image,
            "reconstruction": reconstruction,
            "mean of all images": total / max(rounds, 1),
        }.get(does["returned"], pasted)
        mu, log_var = net.encode({"image": image, "start": start, "x": x}[does["encoded"]])
        code = {"mu": mu, "log_var": log_var, "mu + log_var": mu + log_var}.get(
            does["code"], mu + (log_var / 2).exp()
        )
        reconstruction = net.decode(code)
        image = (
            reconstruction if does["image"] == "reconstruction" else known * x + (1 - known) * reconstruction
        )
        total = total + image


def _agrees(program: dict[str, str], seen: Seen) -> bool:
    """Whether a program's results are the student's in all questions."""
    rule = {**RIGHT, **program}["rounds"]
    for name, tolerance in SIMULATED.items():
        asked = _given(seen, name)[2]
        of_asked = {
            "iterations": asked,
            "iterations - 1": asked - 1,
            "iterations + 1": asked + 1,
            "2*iterations": 2 * asked,
        }
        rounds = of_asked[rule] if rule in of_asked else int(rule)
        image = next(islice(_run(program, seen, name), rounds, None))
        if float((image - codes.images(seen, name)).abs().max()) > tolerance:
            return False
    return True


def _read_program(seen: Seen) -> Said | None:
    """The program whose results are the student's in all questions."""
    for program in _programs(_fill(seen)):
        if _agrees(program, seen):
            yours, asked = (
                "; ".join(f"{slot} = {does[slot]}" for slot in program) for does in (program, RIGHT)
            )
            return Said({"yours": yours, "asked": asked}, _of_program(program)) if program else None
    return None


def _of_program(changed: dict[str, str]) -> str | None:
    """The misconception of the first change."""
    slot, choice = next(iter(changed.items()))
    if "mean(x" in choice or choice == "x":
        return "restore-leak"
    special = {
        "known[0]": "first-image-only",
        "log_var": "log-var-for-mu",
        "mean of all images": "restore-blended",
    }
    return special.get(choice, MISCONCEPTIONS.get(slot))


def _read_stops(seen: Seen) -> Said | None:
    """The last of many rounds are left out."""
    found, (_, _, iterations) = codes.images(seen, "slow"), _given(seen, "slow")
    off = [float((image - found).abs().max()) for image in islice(_run({}, seen, "slow"), iterations + 1)]
    stopped = off[-1] > 2e-5 and min(off) < 1e-5
    return Said({"iterations": iterations}, "restore-iteration-count") if stopped else None


def _read_constant(seen: Seen) -> Said | None:
    """The number of iterations does not matter."""
    once = codes.images(seen, "once")
    return Said({}, "restore-iteration-count") if _near(once, codes.images(seen, "more")) else None


def _read_image(seen: Seen) -> Said | None:
    """The first image that repeated reconstruction would not give."""
    for name in ("single", "none", "all", "linear", "short", "long", "slow"):
        right = next(islice(_run({}, seen, name), _given(seen, name)[2], None))
        off = (codes.images(seen, name) - right).abs().amax(1) > CLOSE
        if bool(off.any()):
            return Said({"called": seen.questions[name].called, "index": int(off.long().argmax()) + 1})
    return None


READINGS = (
    *codes.outward("N", "single", "short"),
    Reading("latent_random", _read_random, ends=True),
    Reading("restore_program", _read_program, ends=True),
    Reading("restore_pixels", _read_pixels, ends=True),
    Reading("restore_stops", _read_stops, ends=True),
    Reading("restore_constant", _read_constant, ends=True),
    Reading("latent_image", _read_image),
)
