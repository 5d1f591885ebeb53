"""How restore goes on: what becomes of known and unknown pixels, and which program's result it returns."""

from __future__ import annotations

from functools import partial
from itertools import combinations
from typing import Any

import torch
from torch import Tensor

from autograder.checks.measured import Question, Reading, Said, Seen, Values
from autograder.vae.checks.inputs import Draw
from autograder.vae.checks.toy_models import damaged
from autograder.vae.measure import codes

SIMULATED = ("single", "call", "more", "six")
PASTED = "known*x + (1 - known)*recon_x"
# What a program does, with the misconception that it shows. The first of each is right.
CHOICES = {
    "mask": {"known": "", "1 - known": "restore-mask-inverted", "known[0]": "first-image-only"},
    "start": {
        "known*x + (1 - known)*0.5": "",
        "x": "restore-leak",
        "0.5": "restore-start",
        "known*x + (1 - known)*mean(x)": "restore-leak",
        "known*x + (1 - known)*sum(known*x)/sum(known)": "restore-start",
    },
    "rounds": {
        "iterations": "",
        **dict.fromkeys(("iterations - 1", "iterations + 1", "1", "0"), "restore-iteration-count"),
    },
    "encoded": {"image": "", "start": "restore-iteration-count", "x": "restore-leak"},
    "code": {"mu": "", "log_var": "log-var-for-mu"},
    "image": {PASTED: "", "recon_x": "restore-known-overwritten"},
    "returned": {"image": "", **dict.fromkeys(("recon_x", PASTED), "restore-known-overwritten")},
}
RIGHT = {slot: next(iter(choices)) for slot, choices in CHOICES.items()}


def questions(seed: int) -> dict[str, Question]:
    """Images of several numbers, rounds and models, one question twice. Of the first of 5 or 6 nothing is known."""
    draw = Draw(seed)

    def asking(
        images: int, iterations: int, spec: dict[str, Any], shade: float = 1, draw: Draw = draw
    ) -> Question:
        given = damaged(draw, images)
        x, known = shade * given["x"], given["known"]
        return codes.asking("restore", spec, x=x, known=known, iterations=iterations)

    def redrawn(name: str, size: int, images: int, iterations: int) -> dict[str, Question]:
        """More images and models for the same numbers."""
        return codes.redrawn(
            name, seed, lambda each: asking(images, iterations, codes.model(each, size), draw=each)
        )

    model, other = codes.model(draw, 6), codes.model(draw, 8)
    return {
        **redrawn("single", 6, 1, 2),
        **redrawn("call", 8, 5, 1),
        **redrawn("more", 8, 5, 4),
        **redrawn("six", 6, 6, 3),
        "single": asking(1, 2, model),
        "call": asking(5, 1, other),
        "again": asking(5, 1, other),
        "more": asking(5, 4, other),
        "six": asking(6, 3, model),
        "fixed": asking(5, 1, codes.model(draw, 3, "fixed"), float(draw.uniform("shade", 0.5, 1, 1))),
        "device": asking(2, 2, model)._replace(probe="latent_device"),
    }


def _given(seen: Seen, name: str) -> tuple[Tensor, Tensor, int]:
    """x and known (N, 784), and the number of iterations."""
    given = seen.given(name)["arguments"]
    return given["x"].double().flatten(1), given["known"].double().flatten(1), given["iterations"]


def _read_pixels(value: int, seen: Seen) -> Said | None:
    """What is in the pixels where known is 0 or 1, if every code is decoded to the same image p."""
    x, known, _ = _given(seen, "fixed")
    found, p = (
        codes.images(seen, "fixed"),
        codes.network(seen, "fixed").decoder[2].bias.sigmoid().expand(5, 784),
    )
    region, asked = known == value, "x" if value else "p"
    yours = codes.combination(p[region], found[region], x=x[region])
    if yours in (asked, None):
        return None
    if yours in ("x", "p"):
        leaks = "restore-leak" if codes.near(found * known, x * known) else "restore-mask-inverted"
        return Said({"yours": yours, "asked": asked}, "restore-known-overwritten" if value else leaks)
    altered = "latent-output-altered" if "(" in yours or "^" in yours else "restore-blended"
    return Said({"yours": yours, "asked": asked}, altered if "p" in yours else None)


def _fill(seen: Seen) -> dict[str, str]:
    """The constant in unknown pixels at the start, from one iteration with an image of which nothing is known."""
    fills = torch.linspace(-1, 2, 301, dtype=torch.float64)
    mu, _ = codes.network(seen, "call").encode(fills[:, None].expand(-1, 784))
    nearest = int((mu - codes.decoded(seen, "call")[0][0]).norm(dim=1).argmin())
    return {"start": f"known*x + (1 - known)*{codes.plain(float(fills[nearest]))}"}


def _start(text: str, x: Tensor, known: Tensor) -> Tensor:
    """The first image (N, 784), from its formula."""
    if not text.startswith("known"):
        return x if text == "x" else torch.full_like(x, 0.5)
    means = {"mean(x)": x.mean(), "sum(known*x)/sum(known)": (known * x).sum() / known.sum()}
    fill = text.removeprefix("known*x + (1 - known)*")
    return known * x + (1 - known) * (means[fill] if fill in means else float(fill))


def _result(program: dict[str, str], seen: Seen, name: str) -> Tensor:
    """What a program returns (N, 784)."""
    does = {**RIGHT, **program}
    x, known, iterations = _given(seen, name)
    known = {"known": known, "1 - known": 1 - known}.get(does["mask"], known[:1].expand_as(known))
    start = image = pasted = recon_x = _start(does["start"], x, known)
    more = {"iterations - 1": iterations - 1, "iterations + 1": iterations + 1, "iterations": iterations}
    for _ in range(more[does["rounds"]] if does["rounds"] in more else int(does["rounds"])):
        mu, log_var = codes.network(seen, name).encode(
            {"image": image, "start": start, "x": x}[does["encoded"]]
        )
        recon_x = codes.network(seen, name).decode(mu if does["code"] == "mu" else log_var)
        pasted = known * x + (1 - known) * recon_x
        image = recon_x if does["image"] == "recon_x" else pasted
    return {"image": image, "recon_x": recon_x, PASTED: pasted}[does["returned"]]


def _read_program(seen: Seen) -> Said | None:
    """The program, with at most two choices that are not right, whose results are the student's."""
    single = [{slot: choice} for slot, choices in CHOICES.items() for choice in list(choices)[1:]]
    single = [_fill(seen), *single]
    pairs = [{**one, **two} for one, two in combinations(single, 2) if one.keys() != two.keys()]
    for program in ({}, *single, *pairs):
        if _explains(program, seen):
            yours, asked = (
                "; ".join(f"{slot} = {does[slot]}" for slot in program) for does in (program, RIGHT)
            )
            shown = [CHOICES[slot].get(choice, "restore-start") for slot, choice in program.items()]
            return Said({"yours": yours, "asked": asked}, shown[0]) if program else None
    return None


def _explains(program: dict[str, str], seen: Seen) -> bool:
    return all(codes.near(_result(program, seen, name), codes.images(seen, name), 5e-4) for name in SIMULATED)


def _predicts_program(values: Values, seen: Seen) -> bool:
    """Whether the program gives these results. By chance another one, tried before it, may give them too."""
    return _explains(dict(choice.split(" = ", 1) for choice in values["yours"].split("; ")), seen)


READINGS = (
    *codes.outward("N", "single", "call"),
    codes.VARIES,
    Reading("restore_program", _read_program, _predicts_program, ends=True),
    Reading("restore_unknown", partial(_read_pixels, 0), ends=True),
    Reading("restore_known", partial(_read_pixels, 1), ends=True),
    codes.unlike(partial(_result, {}), *SIMULATED),
    codes.DEVICE,
)
