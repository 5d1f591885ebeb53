"""Which points interpolate decodes: their weights of the two codes, or of the two images, and the path they lie on."""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.checks.measured import Question, Reading, Said, Seen, Unclear
from autograder.vae.checks.inputs import Draw
from autograder.vae.measure import codes
from autograder.vae.measure.codes import near

PAIRS = ("5", "back", "other")  # three pairs of ends, five steps
STEPS = (5, 2, 3, 40)
NAMES = ("mu_start", "mu_end", "log_var_start", "log_var_end", "x_start", "x_end", "decode(mu_start)", "decode(mu_end)")  # fmt: skip


def questions(seed: int) -> dict[str, Question]:
    """Several pairs of images, numbers of steps and latent dimensions, one question twice."""
    draw = Draw(seed)
    first, second = draw.images("start", 1), draw.images("end", 1)

    def asking(
        size: int, steps: int, start: Tensor = first, end: Tensor = second, kind: str = "", draw: Draw = draw
    ) -> Question:
        model = codes.model(draw, size, kind)
        return codes.asking("interpolate", model, x_start=start, x_end=end, steps=steps)

    def anew(other: Draw) -> Question:
        return asking(9, 5, other.images("start", 1), other.images("end", 1), draw=other)

    def nowhere(other: Draw) -> Question:
        start = other.images("start", 1)
        return asking(9, 3, start, start.clone(), draw=other)

    return {
        **codes.redrawn("5", seed, anew),
        **codes.redrawn("nowhere", seed, nowhere),
        **{str(steps): asking(9, steps) for steps in sorted(STEPS)},
        "narrow": asking(1, 4),
        "nowhere": asking(9, 3, end=first.clone())._replace(called="steps=3, x_end = x_start"),
        "back": asking(9, 5, second, first),
        "other": asking(20, 5),
        "call": asking(9, 5),
        "again": asking(9, 5),
        "fixed": asking(3, 6, kind="fixed"),
        "device": asking(9, 4)._replace(probe="latent_device"),
    }


def _ends(seen: Seen, name: str) -> tuple[Tensor, Tensor, Tensor]:
    """Both images (2, 784) and the encoder's mu and log_var of both (2, D)."""
    given = seen.given(name)["arguments"]
    both = torch.cat([given["x_start"], given["x_end"]]).double().flatten(1)
    return both, *codes.network(seen, name).encode(both)


def _weights(seen: Seen, name: str) -> Tensor:
    """How much of each of the NAMES is in every image (K, 8). Raises Unclear if that is unclear for some image."""
    x, mu, log_var = _ends(seen, name)
    found, pictures = codes.images(seen, name), torch.cat([x, codes.network(seen, name).decode(mu)])
    z, matches = codes.decoded(seen, name)
    weights = torch.full((len(found), 8), torch.nan, dtype=torch.float64)
    for basis, goal, first in ((pictures, found, 4), (torch.cat([mu, log_var]), z, 0)):
        solved = torch.linalg.lstsq(basis.T, goal.T).solution.T
        fits = ((solved @ basis - goal).abs().amax(1) < 2e-3) & (matches | (first == 4))
        weights[fits] = 0
        weights[fits, first : first + 4] = solved[fits]
    if bool(weights.isnan().any()):
        raise Unclear
    return weights


def _right(steps: int) -> Tensor:
    """The weights that are asked for (K, 8)."""
    t = torch.linspace(0, 1, steps, dtype=torch.float64)
    return torch.stack([1 - t, t, *[torch.zeros_like(t)] * 6], dim=1)


def _read_weights(seen: Seen) -> Said | None:
    """The first image, both ends last, that mixes something else, for all pairs of images."""
    if not all(near(_weights(seen, name), _weights(seen, "5")) for name in PAIRS):
        raise Unclear
    for steps in STEPS:
        weights, right = _weights(seen, str(steps)), _right(steps)
        for index in (*range(1, steps - 1), 0, steps - 1):
            if not near(weights[index], right[index]):
                yours, asked = _written(weights[index]), _written(right[index])
                said = {"steps": steps, "index": index + 1, "yours": yours, "asked": asked}
                return Said(said, _misread(weights, index))
    return None


def _written(row: Tensor) -> str:
    """One image as a formula."""
    text = codes.added((name, float(w)) for name, w in zip(NAMES, row, strict=True) if abs(float(w)) > 2e-3)
    return text if bool(row[4:].any()) else f"decode({text})"


def _misread(weights: Tensor, index: int) -> str | None:
    """The misconception that the weights of all images show, and those of the first wrong one."""
    inner, t, right = 0 < index < len(weights) - 1, weights[:, 1], _right(len(weights))
    _, log_vars, xs, decoded = (bool(pair.any()) for pair in (weights[index].abs() > 2e-3).view(4, 2))
    if xs or decoded:
        return "interp-pixels" if inner else "interp-endpoints" if xs else None
    if log_vars or not near(weights[:, 0], 1 - t):
        return "log-var-for-mu" if log_vars else "interp-weights"
    if near(weights, right.flip(0)):
        return "interp-reversed"
    even = near(t.diff(), t.diff()[:1])
    return "interp-endpoints" if even and bool((t > -2e-3).all()) else None if even else "interp-spacing"


def _read_path(seen: Seen) -> Said | None:
    """Another known path that all images lie on: a great circle, or codes of mixed images."""
    circle = "decode((sin((1 - t)*omega)*mu_start + sin(t*omega)*mu_end)/sin(omega))"
    on = {circle: True, "decode(mu((1 - t)*x_start + t*x_end))": True}
    for name in (*PAIRS, "2", "3", "40"):
        z, (x, mu, _) = codes.codes(seen, name), _ends(seen, name)
        weights = _right(len(z))[:, :2]
        omega = (mu[0] @ mu[1] / mu.norm(dim=1).prod()).acos()
        arc, blended = (
            (weights * omega).sin() @ mu / omega.sin(),
            codes.network(seen, name).encode(weights @ x)[0],
        )
        on = {path: on[path] and near(points, z) for path, points in zip(on, (arc, blended), strict=True)}
    yours = next((path for path, all_on in on.items() if all_on), None)
    return Said({"yours": yours}, "interp-spacing" if yours == circle else "interp-pixels") if yours else None


def _line(seen: Seen, name: str) -> Tensor:
    """The images that are asked for (K, 784)."""
    weights, mu = _right(seen.given(name)["arguments"]["steps"])[:, :2], _ends(seen, name)[1]
    images: Tensor = codes.network(seen, name).decode(weights @ mu)
    return images


READINGS = (
    *codes.outward("steps", "3", "5"),
    Reading("interp_weights", _read_weights, ends=True),
    codes.VARIES,
    Reading("interp_path", _read_path, ends=True),
    codes.unlike(_line, "5", "nowhere"),
    codes.DEVICE,
)
