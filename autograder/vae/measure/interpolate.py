"""Which points interpolate decodes: their weights of the two codes, or of the two images, and the path they lie on."""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.checks.measured import Question, Reading, Said, Seen, Unclear
from autograder.vae.checks.inputs import Draw
from autograder.vae.measure import codes

PAIRS = ("5", "back", "other")  # three pairs of ends, five steps
NAMES = (
    "mu_start",
    "mu_end",
    "log_var_start",
    "log_var_end",
    "x_start",
    "x_end",
    "decode(mu_start)",
    "decode(mu_end)",
)
CLOSE = 2e-3


def questions(seed: int) -> dict[str, Question]:
    """Several pairs of images, numbers of steps and latent dimensions, one question twice."""
    draw = Draw(seed)
    first, second = draw.images("start", 1), draw.images("end", 1)
    bent, wide = codes.model(draw, 9), codes.model(draw, 20)

    def asking(
        spec: dict[str, object], steps: int, x_start: Tensor = first, x_end: Tensor = second
    ) -> Question:
        return codes.asking("interpolate", spec, x_start=x_start, x_end=x_end, steps=steps)

    nowhere = asking(bent, 3, x_end=first.clone())._replace(called="steps=3, x_end equal to x_start")
    return {
        **{str(steps): asking(bent, steps) for steps in (2, 3, 5)},
        "narrow": asking(codes.model(draw, 1), 4),
        "nowhere": nowhere,
        "back": asking(bent, 5, second, first),
        "other": asking(wide, 5),
        "again": asking(bent, 5),
        "40": asking(bent, 40),
        "fixed": asking(codes.model(draw, 3, "fixed"), 6),
        "device": codes.on_device("interpolate", bent, x_start=first, x_end=second, steps=4),
    }


def _ends(seen: Seen, name: str) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Both images (784) and the encoder's mu and log_var of both (2, D)."""
    given = seen.given(name)
    both = torch.cat([given["arguments"]["x_start"], given["arguments"]["x_end"]]).double().flatten(1)
    mu, log_var = codes.network(given["model"]).encode(both)
    return both[0], both[1], mu, log_var


def _weights(seen: Seen, name: str) -> Tensor:
    """How much of each of the NAMES is in every image (K, 8). Raises Unclear if that is unclear."""
    key = "weights", name
    if key not in seen.worked_out:
        x_start, x_end, mu, log_var = _ends(seen, name)
        spec, found = seen.given(name)["model"], codes.images(seen, name)
        z, off = codes.decoded(spec, found)
        weights, free = (
            torch.zeros(len(found), 8, dtype=torch.float64),
            torch.ones(len(found), dtype=torch.bool),
        )
        pictures = torch.stack([x_start, x_end, *codes.network(spec).decode(mu)])
        for basis, goal, part in ((torch.cat([mu, log_var]), z, 0), (pictures, found, 4)):
            solved = torch.linalg.lstsq(basis.T, goal.T).solution.T
            fits = (solved @ basis - goal).abs().amax(1) < CLOSE
            chosen = free & fits & ((off < codes.EXACT) if part == 0 else True)
            weights[chosen, part : part + 4], free = solved[chosen], free & ~chosen
        weights[free] = torch.nan
        seen.worked_out[key] = weights
    found_weights: Tensor = seen.worked_out[key]
    return found_weights


def _right(steps: int) -> Tensor:
    t = torch.linspace(0, 1, steps, dtype=torch.float64)
    return torch.stack([1 - t, t, *[torch.zeros_like(t)] * 6], dim=1)


def _common(seen: Seen) -> dict[str, Tensor]:
    """The weights for each number of steps. Raises Unclear if they differ between pairs of images."""
    found = {name: _weights(seen, name) for name in (*PAIRS, "2", "3", "40")}
    if any(not _near(found[name], found["5"]) for name in PAIRS):
        raise Unclear
    return {name: found[name] for name in ("5", "2", "3", "40")}


def _near(first: Tensor, second: Tensor) -> bool:
    return first.shape == second.shape and bool((first - second).abs().max() < CLOSE)


def _read_points(seen: Seen) -> Said | None:
    """Points on the line through both codes, by the share t of the way."""
    for name, weights in _common(seen).items():
        t, asked = weights[:, 1], _right(len(weights))[:, 1]
        if not _near(weights, torch.cat([1 - t[:, None], t[:, None], torch.zeros(len(t), 6)], dim=1)):
            raise Unclear
        if not _near(t, asked):
            yours, right = ([round(float(each), 3) + 0.0 for each in row] for row in (t, asked))
            curve = {"along": "image", "x": list(range(1, len(t) + 1)), "yours": yours, "asked": right}
            said = {"steps": int(name), "yours": yours[:8], "asked": right[:8], "curve": curve}
            return Said(said, _of_points(t, asked))
    return None


def _of_points(t: Tensor, asked: Tensor) -> str | None:
    if _near(t, asked.flip(0)):
        return "interp-reversed"
    if _near(t, -asked):
        return "interp-weights"
    gaps = t.diff()
    return "interp-endpoints" if float(gaps.max() - gaps.min()) < CLOSE else "interp-spacing"


def _written(row: Tensor) -> str:
    """One image as a formula."""
    terms = [f"{float(w):.3g}*{name}" for w, name in zip(row, NAMES, strict=True) if abs(float(w)) > CLOSE]
    text = " + ".join(terms).replace("+ -", "- ").removeprefix("1*").replace(" 1*", " ") or "0"
    return text if bool(row[4:].abs().sum() > CLOSE) else f"decode({text})"


def _read_weights(seen: Seen) -> Said | None:
    """The first image, both ends last, that mixes something else."""
    for name, weights in _common(seen).items():
        right = _right(len(weights))
        if bool(weights.isnan().any()):
            raise Unclear
        for index in sorted(range(len(weights)), key=lambda i: i in (0, len(weights) - 1)):
            row, asked = weights[index], right[index]
            if not _near(row, asked):
                said = {
                    "steps": int(name),
                    "index": index + 1,
                    "yours": _written(row),
                    "asked": _written(asked),
                }
                return Said(said, _of_row(row, index in (0, len(weights) - 1)))
    return None


def _of_row(row: Tensor, at_end: bool) -> str | None:
    codes_used, images_used = row[:4].abs() > CLOSE, row[4:].abs() > CLOSE
    if bool(images_used.any()):
        return (
            None
            if at_end and not bool(images_used[:2].any())
            else "interp-endpoints"
            if at_end
            else "interp-pixels"
        )
    if bool(codes_used[2:].any()):
        return "log-var-for-mu"
    return "interp-weights"


def _read_random(seen: Seen) -> Said | None:
    """Equal calls return different images."""
    if _near(codes.images(seen, "5"), codes.images(seen, "again")):
        return None
    weights, off = _weights(seen, "5"), codes.decoded(seen.given("5")["model"], codes.images(seen, "5"))[1]
    on_line = not bool(weights.isnan().any()) and bool((weights[:, :2].sum(1) - 1).abs().max() < CLOSE)
    sampled = "latent-sampled" if bool((off < codes.EXACT).all()) else None
    return Said({}, "interp-spacing" if on_line else sampled)


def _read_order(seen: Seen) -> Said | None:
    """The path runs forwards for some pairs and backwards for others."""
    right = _right(5)
    found = [_weights(seen, name) for name in PAIRS]
    forward, backward = ([_near(each, goal) for each in found] for goal in (right, right.flip(0)))
    both = any(forward) and any(backward) and all(a or b for a, b in zip(forward, backward, strict=True))
    return Said({}, "interp-reversed") if both else None


def _paths(seen: Seen, name: str, limit: float) -> dict[str, Tensor]:
    """Codes (K, D) of paths other than the line."""
    x_start, x_end, mu, _ = _ends(seen, name)
    t = _right(len(codes.images(seen, name)))[:, 1:2]
    start, end = mu
    line = (1 - t) * start + t * end
    lengths = mu.norm(dim=1)
    omega = (start @ end / lengths.prod()).clamp(-1, 1).acos()
    arc = torch.stack([((1 - t) * omega).sin(), (t * omega).sin()]) / omega.sin()
    directions = arc[0] * start / lengths[0] + arc[1] * end / lengths[1]
    blended = codes.network(seen.given(name)["model"]).encode((1 - t) * x_start + t * x_end)[0]
    return {
        "decode(mu((1 - t)*x_start + t*x_end))": blended,
        "decode(sin((1 - t)*omega)/sin(omega)*mu_start + sin(t*omega)/sin(omega)*mu_end)": arc[0] * start
        + arc[1] * end,
        "decode(slerp of directions, with lengths in between)": directions
        * ((1 - t) * lengths[0] + t * lengths[1]),
        "decode(slerp of directions)": directions,
        "decode(length(mu_start)*z/length(z))": line / line.norm(dim=1, keepdim=True) * lengths[0],
        "decode(z/length(z))": line / line.norm(dim=1, keepdim=True),
        "decode(tanh(z))": line.tanh(),
        f"decode(clamp(z, {-limit:g}, {limit:g}))": line.clamp(-limit, limit),
    }


def _read_path(seen: Seen) -> Said | None:
    """A known path that all images lie on."""
    names = (*PAIRS, "2", "3", "40")
    z = {name: codes.codes(seen, name) for name in names}
    limit = round(max(float(each.abs().max()) for each in z.values()), 2)
    paths = {name: _paths(seen, name, limit) for name in names}
    for path in paths["5"]:
        if all(_near(paths[name][path], z[name]) for name in names):
            pixels = "x_start" in path
            return Said({"yours": path, "asked": "decode(z), z = (1 - t)*mu_start + t*mu_end"},
                        "interp-pixels" if pixels else "interp-spacing" if "clamp" not in path else None)  # fmt: skip
    return None


def _read_image(seen: Seen) -> Said | None:
    """The first image that is not decoded from its point on the line, for all pairs of images or in a special case."""
    off = {name: _off(seen, name) for name in (*PAIRS, "2", "3", "40", "narrow", "nowhere")}
    always = torch.stack([off[name] for name in PAIRS])
    if bool(always.all(0).any()):
        return Said({"called": "steps=5", "index": int(always.all(0).long().argmax()) + 1})
    for name in ("narrow", "nowhere") if bool(always.any()) else ("2", "3", "40", "narrow", "nowhere"):
        if bool(off[name].any()):
            return Said({"called": seen.questions[name].called, "index": int(off[name].long().argmax()) + 1})
    return None


def _off(seen: Seen, name: str) -> Tensor:
    """Which of the images (K) are not decoded from their points on the line."""
    mu, found = _ends(seen, name)[2], codes.images(seen, name)
    right = codes.network(seen.given(name)["model"]).decode(_right(len(found))[:, :2] @ mu)
    off: Tensor = (found - right).abs().amax(1) > CLOSE
    return off


READINGS = (
    *codes.outward("steps", "3", "5"),
    codes.ALTERS,
    Reading("interp_points", _read_points, ends=True),
    Reading("interp_weights", _read_weights, ends=True),
    Reading("latent_random", _read_random, ends=True),
    Reading("interp_order", _read_order, ends=True),
    Reading("interp_path", _read_path, ends=True),
    Reading("latent_image", _read_image),
)
