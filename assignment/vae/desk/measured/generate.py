# Generated from the grader's readings: a change here would be overwritten.
"""Which codes generate decodes: how they are spread, and which of them are the same."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from vae.desk.measured.measured import Question, Reading, Said, Seen, Values
from vae.desk.measured.inputs import Draw
from vae.desk.measured import codes

DIMENSIONS, MANY = 50, 300
# Of 2 x 300 x 50 normal numbers: 5.2 and 7.3 standard errors. Two seeds must agree, so false alarms are below 1e-12.
SAMPLED = 0.03


def questions(seed: int) -> dict[str, Question]:
    """Single images, other latent dimensions, and two equal calls for many images."""
    draw = Draw(seed)
    wide, twenty, narrow = (codes.model(draw, size, "constant") for size in (DIMENSIONS, 20, 1))
    asked = {
        f"one {index}": codes.asking("generate", spec, count=1, device="cpu")
        for index, spec in enumerate((twenty, twenty, codes.model(draw, 25, "constant")))
    }
    asked["narrow"] = codes.asking("generate", narrow, count=6, device="cpu")
    asked["twenty"] = codes.asking("generate", twenty, count=6, device="cpu")
    asked["fixed"] = codes.asking("generate", codes.model(draw, 3, "fixed"), count=100, device="cpu")
    asked["device"] = codes.asking("generate", twenty, "latent_device", count=3)
    for call in ("call", "again"):
        asked[call] = codes.asking("generate", wide, count=MANY, device="cpu")
    return asked


def _calls(seen: Seen) -> tuple[Tensor, Tensor]:
    """The codes of both large calls (300, 50)."""
    return codes.codes(seen, "call"), codes.codes(seen, "again")


def _read_encoded(seen: Seen) -> Said | None:
    """The codes scatter about the encoder's mu, a constant."""
    mu = codes.network(seen, "call").encoder[2].bias[:DIMENSIONS]
    z = torch.cat(_calls(seen))
    centred = bool(((z.mean(0) - mu).abs() <= 0.2 * z.std(0) + 1e-3).all())
    return Said({}, "gen-posterior") if centred else None


def _read_repeated(seen: Seen) -> Said | None:
    """Equal calls return equal images."""
    for first, second in (("call", "again"), ("one 0", "one 1")):
        if codes.near(codes.codes(seen, first), codes.codes(seen, second)):
            misconception = "gen-repeated" if first == "call" else None
            return Said({"called": seen.questions[first].called}, misconception)
    return None


def _read_copies(axis: int, seen: Seen) -> Said | None:
    """Fewer different codes than images (axis 0), or fewer different numbers than dimensions (axis 1)."""
    rows = _calls(seen)[0].movedim(axis, 0)
    weights = torch.linspace(1, 2, rows.shape[1], dtype=rows.dtype)
    ordered = rows[(rows @ weights).abs().argsort()]
    copied = [(ordered[1:] - sign * ordered[:-1]).abs().amax(1) < 1e-4 for sign in (1, -1)]
    number = len(rows) - int((copied[0] | copied[1]).sum())
    return Said({"count": len(rows), "distinct": number}, "gen-repeated") if number < len(rows) else None


def _read_dependent(seen: Seen) -> Said | None:
    """A number that independent codes don't share: each image's length, or a mean."""
    z = _calls(seen)[0]
    numbers = {"norm(z, dim=1)": z.norm(dim=1), "mean(z, dim=1)": z.mean(1), "mean(z, dim=0)": z.mean(0)}
    for yours, found in numbers.items():
        if codes.near(found, found[:1]):
            misconception = "gen-scale" if "norm" in yours else "gen-repeated"
            return Said({"yours": f"{yours} = {codes.plain(float(found[0]))}"}, misconception)
    return None


def _moments(seen: Seen) -> tuple[float, float]:
    """The mean of all codes, or 0 if it is near enough, and their standard deviation."""
    z = torch.cat(_calls(seen)).flatten()
    mean, std = float(z.mean()), float(z.std())
    return 0 if abs(mean) < SAMPLED * std else mean, std


def _read_wide(seen: Seen) -> Said | None:
    """The spread that the grader's reparameterize has for log_var = 0: no number, as another model's is smaller."""
    mean, std = _moments(seen)
    return Said({}, "gen-scale") if mean == 0 and abs(std - 2) < 2 * SAMPLED else None


def _read_spread(seen: Seen) -> Said | None:
    """Mean and standard deviation."""
    mean, std = _moments(seen)
    if (mean == 0 and abs(std - 1) < SAMPLED) or _read_wide(seen):
        return None
    fourth = float(((torch.cat(_calls(seen)) - mean) / std).pow(4).mean())  # 1.8 if uniform, 3 if normal
    said = {"mean": codes.plain(mean, 2), "std": codes.plain(std, 2)}
    return Said(said, "gen-uniform" if abs(fourth - 1.8) < 0.05 else "gen-scale")


def _predicts_spread(values: Values, seen: Seen) -> bool:
    """Both numbers agree within the error of samples."""
    mean, std = _moments(seen)
    near = abs(mean - values["mean"]) < 0.06 * max(1, std) and abs(std - values["std"]) < 0.06 * std
    return bool(near)


READINGS = (
    *codes.outward("count", "one 0", "call"),
    Reading("gen_encoded", _read_encoded, ends=True),
    Reading("gen_repeated", _read_repeated),
    Reading("gen_shared", partial(_read_copies, 1), ends=True),
    Reading("gen_copies", partial(_read_copies, 0), ends=True),
    Reading("gen_dependent", _read_dependent, ends=True),
    Reading("gen_wide", _read_wide),
    Reading("gen_spread", _read_spread, _predicts_spread),
    codes.DEVICE,
)
