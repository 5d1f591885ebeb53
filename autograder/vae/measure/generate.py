"""Which codes generate decodes: how they are spread, and which of them are the same."""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.checks.measured import Question, Reading, Said, Seen, Values, short
from autograder.vae.checks.inputs import Draw
from autograder.vae.measure import codes

DIMENSIONS, MANY, SINGLE = 25, 600, 6
SAMPLED = 0.03  # a mean or spread of 30,000 codes lies within this, 6 standard errors


def questions(seed: int) -> dict[str, Question]:
    """Single images, other latent dimensions, and two equal calls for many images."""
    draw = Draw(seed)
    wide, twenty = (codes.model(draw, size, "constant") for size in (DIMENSIONS, 20))
    asked = {f"one {i}": codes.asking("generate", wide, count=1, device="cpu") for i in range(SINGLE)}
    asked["one of 20"] = codes.asking("generate", twenty, count=1, device="cpu")
    asked["narrow"] = codes.asking("generate", codes.model(draw, 1, "constant"), count=6, device="cpu")
    asked["twenty"] = codes.asking("generate", twenty, count=6, device="cpu")
    asked["fixed"] = codes.asking("generate", codes.model(draw, 3, "fixed"), count=300, device="cpu")
    asked["device"] = codes.on_device("generate", wide, count=3)
    for call in ("many", "again"):
        asked[call] = codes.asking("generate", wide, count=MANY, device="cpu")
    return asked


def _same(first: Tensor, second: Tensor) -> bool:
    return bool((first - second).abs().max() < 1e-3)


def _calls(seen: Seen) -> tuple[Tensor, Tensor]:
    """The codes of both large calls (1000, 25)."""
    return codes.codes(seen, "many"), codes.codes(seen, "again")


def _read_encoded(seen: Seen) -> Said | None:
    """The codes scatter about the encoder's mu, a constant."""
    mu = seen.given("many")["model"]["state"]["encoder.2.bias"][:DIMENSIONS].double()
    z = torch.cat(_calls(seen))
    centred = bool(((z.mean(0) - mu).abs() <= 0.2 * z.std(0) + 1e-3).all())
    return Said({}, "gen-posterior") if centred else None


def _read_equal(seen: Seen) -> Said | None:
    """All images of a call come from one code."""
    z, again = _calls(seen)
    if not _same(z, z[:1]) or not _same(again, again[:1]):
        return None
    number = round(float(z[0, 0]), 3) + 0.0
    constant = _same(z, again) and _same(z[0], z[0, :1])
    return Said({"yours": f"z = {number:g}" if constant else "one z"}, "gen-repeated")


def _read_repeated(seen: Seen) -> Said | None:
    """Equal calls return equal images."""
    first, second = _calls(seen)
    ones = [codes.codes(seen, f"one {i}") for i in range(SINGLE)]
    if not all(_same(each, ones[0]) for each in ones):
        return None
    if _same(first, second):
        return Said({"count": "any"}, "gen-repeated")
    return Said({"count": "1", "value": round(float(ones[0].abs().max()), 2)})


def _distinct(rows: Tensor) -> tuple[int, bool]:
    """How many rows are no copy or mirror image of an earlier one, and whether some are mirror images."""
    weights = torch.linspace(1, 2, rows.shape[1], dtype=rows.dtype)
    rows = rows[(rows @ weights).abs().argsort()]
    copied, mirrored = ((rows[1:] - sign * rows[:-1]).abs().amax(1) < 1e-3 for sign in (1, -1))
    return len(rows) - int((copied | mirrored).sum()), bool(mirrored.any())


def _read_copies(seen: Seen) -> Said | None:
    """Fewer different codes than images, or fewer different numbers than dimensions."""
    z = _calls(seen)[0]
    for of, rows in (("dimensions", z.T), ("images", z)):
        number, mirrored = _distinct(rows)
        if number < 0.9 * len(rows):  # numbers may be near by chance
            said = {"of": of, "count": len(rows), "distinct": number, "sign": "-" if mirrored else "+"}
            return Said(said, "gen-repeated")
    return None


def _read_dependent(seen: Seen) -> Said | None:
    """A number that independent codes don't share: each image's length, or a mean."""
    z = _calls(seen)[0]
    for of, numbers in (
        ("length of every z", z.norm(dim=1)),
        ("mean of every z", z.mean(1)),
        ("mean over the images of a call", z.mean(0)),
    ):
        if _same(numbers, numbers[:1]):
            value = short(float(numbers[0]), 4)
            misconception = "gen-scale" if of.startswith("length") else "gen-repeated"
            return Said({"of": of, "yours": 0.0 if abs(value) < 1e-4 else value}, misconception)
    return None


def _read_dimensions(seen: Seen) -> Said | None:
    """Latent dimensions whose spreads differ by more than 2,000 codes of each explain."""
    spreads = torch.cat(_calls(seen)).std(0)
    low, high = float(spreads.min()), float(spreads.max())
    return Said({"low": short(low, 2), "high": short(high, 2)}, None) if high > 1.3 * low else None


def _read_spread(seen: Seen) -> Said | None:
    """Mean, standard deviation, and the smallest and largest code where there is a limit."""
    first, second = _calls(seen)
    z = torch.cat([first, second]).flatten()
    mean, std = float(z.mean()), float(z.std())
    e = (z - mean) / max(std, 1e-9)
    within = float((e.abs() < 1).double().mean())
    extremes = [(float(each.min()), float(each.max())) for each in (first, second)]
    limited = not _same(first, second) and all(
        abs(a - b) < 0.01 * std for a, b in zip(*extremes, strict=True)
    )
    normal = abs(within - 0.6827) < 0.0125 and abs(float(e.pow(4).mean()) - 3) < 0.15 and not limited
    said: dict[str, float | str] = {
        "mean": 0.0 if abs(mean) < SAMPLED * std else short(mean, 2),
        "std": short(std, 2),
        "shape": "normal" if normal else "not normal",
        "within": short(100 * within, 2),
    }
    if normal and said["mean"] == 0 and abs(std - 1) < SAMPLED:
        return None
    uniform = limited and abs(float(e.pow(4).mean()) - 1.8) < 0.05 and abs(float(e.max()) - 3**0.5) < 0.02
    x = torch.linspace(-4, 4, 33, dtype=torch.float64)
    density = torch.histc(z, 33, -4.125, 4.125) / len(z) * 4
    right = (-x.square() / 2).exp() / (2 * torch.pi) ** 0.5
    curve = {"along": "z", "x": x.tolist(), "yours": [short(float(each), 3) for each in density],
             "asked": [short(float(each), 3) for each in right]}  # fmt: skip
    return Said({**said, "curve": curve}, "gen-uniform" if uniform else "gen-scale")


def _predicts_near(values: Values, seen: Seen) -> bool:
    """Sampled values agree within their error."""
    read = _read_spread if "std" in values else _read_dimensions
    again = read(seen)
    if again is None:
        return False
    numbers = {name: each for name, each in values.items() if isinstance(each, float)}
    slack = 0.06 * values.get("std", values.get("low", 1.0)) + 0.06 * max(map(abs, numbers.values())) * (
        "low" in values
    )
    return all(
        abs(each - again.values[name]) <= (2 if name == "within" else slack) for name, each in numbers.items()
    ) and values.get("shape") == again.values.get("shape")


def _read_undecoded(seen: Seen) -> Said | None:
    """Images that the decoder makes of no z."""
    spec = seen.given("many")["model"]
    off = [codes.decoded(spec, codes.images(seen, name))[1] for name in ("one 0", "many")]
    return Said({}) if all(float(each.min()) > 10 * codes.EXACT for each in off) else None


READINGS = (
    *codes.outward("count", "one 0", "many"),
    codes.ALTERS,
    Reading("gen_encoded", _read_encoded, ends=True),
    Reading("gen_equal", _read_equal, ends=True),
    Reading("gen_repeated", _read_repeated),
    Reading("gen_copies", _read_copies, ends=True),
    Reading("gen_dependent", _read_dependent, ends=True),
    Reading("gen_dimensions", _read_dimensions, _predicts_near),
    Reading("gen_spread", _read_spread, _predicts_near),
    Reading("gen_undecoded", _read_undecoded),
)
