"""The page runs/explore.html: one's own encoder and decoder in a browser, to move about in. Given.

The page is one file and needs no network. It holds the weights, rounded to 8 or 12 bits, and does with them what VAE.encode and
VAE.decode do. It shows what the student built: a panel opens only if the student's own function that it is about is written
and runs, and every number in nats was computed by the student's own vae/loss.py.
"""

from __future__ import annotations

import base64
import hashlib
import importlib
import json
import re
from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from vae.data import Images
from vae.desk.failure import unsaved
from vae.desk.language import korean, text

NAME = "explore.html"
TEMPLATE = Path(__file__).with_name("explorer.html")
LARGEST = 1_300_000  # bytes of the page
MAPPED, PICTURED = 20, 8  # test images of each digit: on the map, and in the page themselves
SLIDERS = 20
BITS = (
    8,
    12,
    12,
    12,
)  # of a weight in each layer; the first layer's are half of all, and more of them would not fit
GIVEN = [nn.Linear, nn.ReLU, nn.Linear, nn.Linear, nn.ReLU, nn.Linear, nn.Sigmoid]  # encoder, then decoder
PIXELS = 28 * 28


def write(model: nn.Module, test_images: Images, out: Path) -> int:
    """Write the page and print its path. Returns 1 if it can't be saved, with the reason on stderr, else 0.

    There is no page for another network than the given one: one line says so.
    """
    path = out / NAME
    try:
        page = _page(model, test_images)
        if page is None or len(page) > LARGEST:
            why = text(
                "주어진 신경망이 아니거나 가중치가 유한하지 않아 만들지 않습니다.",
                "not made, because the network is not the given one or its weights are not finite.",
            )
            print(f"{path}: {why}")
            return 0
        path.write_bytes(page)
    except OSError as error:
        return unsaved(path, error)
    print(path)
    return 0


@torch.no_grad()
def _page(model: nn.Module, test_images: Images) -> bytes | None:
    """The whole page; None if the network does not compute what the page does."""
    device = next(model.parameters()).device
    chosen = _some_of_each(test_images.labels)
    labels = test_images.labels[chosen]
    pictured = chosen[: PICTURED * len(labels.unique())]
    shown = test_images.images[pictured].mul(255).round().div(255)  # the 256 greys that a byte can hold
    layers = _layers(model, shown.to(device))
    if layers is None:
        return None
    everything = model.encode(test_images.images.to(device))[0].cpu()
    order = everything.var(dim=0).argsort(descending=True)  # the dimensions, the one that says most first
    centre, axes = _plane(everything)
    told = {
        "language": "ko" if korean() else "en",
        "layers": [_packed(*pair) for pair in zip(layers, BITS, strict=True)],
        "images": _text(shown.mul(255).round().to(torch.uint8)),
        "labels": labels.tolist(),
        "codes": _text(everything[chosen]),
        "centre": centre.tolist(),
        "axes": axes.tolist(),
        "order": order.tolist(),
        "sliders": sorted(order[:SLIDERS].tolist()),
        "open": [name for name, call in _calls(model, shown.to(device)).items() if _runs(call)],
        **_nats(model, shown, order),
    }
    page = TEMPLATE.read_text(encoding="utf-8")
    script = re.search(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    return page.replace("{{ script }}", digest).replace("{{ given }}", json.dumps(told)).encode()


def _some_of_each(labels: Tensor) -> Tensor:
    """The places of some images of each digit: the first of each, then the second of each, and so on."""
    places = [(labels == digit).nonzero()[:MAPPED, 0].tolist() for digit in labels.unique()]
    return torch.tensor([place for each in zip_longest(*places) for place in each if place is not None])


def _layers(model: nn.Module, x: Tensor) -> list[nn.Linear] | None:
    """The four layers with weights, if the model computes with nothing else; else None. x: (N, 1, 28, 28)."""
    try:
        layers = [*model.encoder, *model.decoder]
        mu, log_var = model.encode(x)
        codes, drawn = torch.cat([mu, log_var], dim=1), model.decode(mu)
        own = model.encoder(x.flatten(1)), model.decoder(mu)
        alike = all(torch.allclose(*pair, atol=1e-4) for pair in zip(own, (codes, drawn), strict=True))
        finite = bool(codes.isfinite().all() and drawn.isfinite().all())
    except Exception:  # noqa: BLE001 - whatever a student made of the network
        return None
    linear = [layer for layer in layers if isinstance(layer, nn.Linear)]
    usual = [type(layer) for layer in layers] == GIVEN and all(layer.bias is not None for layer in linear)
    return linear if usual and alike and finite and drawn.shape == (len(x), PIXELS) else None


def _packed(layer: nn.Linear, bits: int) -> dict[str, Any]:
    """A layer with its weights as whole numbers of 8 or 12 bits and one scale for each row.

    Of 12 bits, the upper 8 are in "weights"; the lower 4 of two weights share a byte of "fine".
    """
    weights, bias = (part.detach().cpu().float() for part in (layer.weight, layer.bias))
    scales = weights.abs().amax(dim=1).clamp(min=1e-12) / (2 ** (bits - 1) - 1)
    whole = (weights / scales[:, None]).round().int().flatten()
    fine = nn.functional.pad(whole & 15, (0, len(whole) % 2))
    return {
        "rows": layer.out_features,
        "columns": layer.in_features,
        "weights": _text((whole >> (bits - 8)).to(torch.int8)),
        "fine": _text((fine[::2] | fine[1::2] << 4).to(torch.uint8)) if bits == 12 else "",
        "scales": _text(scales),
        "bias": _text(bias),
    }


def _plane(mu: Tensor) -> tuple[Tensor, Tensor]:
    """The mean code, (D,), and the two directions in which the codes (N, D) differ most, (2, D)."""
    centre, dimensions = mu.mean(dim=0), mu.shape[1]
    if dimensions <= 2:
        return torch.zeros(dimensions), torch.eye(2, dimensions)
    return centre, torch.linalg.svd(mu - centre, full_matrices=False)[2][:2]


def _calls(model: nn.Module, x: Tensor) -> dict[str, Callable[[], object]]:
    """For each panel that a task opens: a call of the student's function."""
    latent = importlib.import_module
    return {
        "generate": lambda: latent("vae.latent").generate(model, 1, x.device),
        "interpolate": lambda: latent("vae.latent").interpolate(model, x[:1], x[1:2], steps=2),
        "restore": lambda: latent("vae.latent").restore(model, x[:1], torch.ones_like(x[:1]), iterations=1),
    }


def _runs(call: Callable[[], object]) -> bool:
    """Whether a student's function is written and raises nothing."""
    try:
        call()
    except Exception:  # noqa: BLE001 - the pictures have said what is wrong
        return False
    return True


def _nats(model: nn.Module, x: Tensor, order: Tensor) -> dict[str, str]:
    """What the student's two terms say of each image x (N, 1, 28, 28); nothing if they are not written.

    "kl": (N, D), of each dimension alone; "reconstruction": (N, D + 1), from mu with only the first k dimensions of
    `order` kept, and 0, the prior's mean, in the others.
    """
    device = next(model.parameters()).device
    mu, log_var = (code.cpu() for code in model.encode(x.to(device)))
    try:
        loss = importlib.import_module("vae.loss")
        kl = _of_each(loss.kl_divergence, mu.reshape(-1, 1), log_var.reshape(-1, 1))
        reconstruction = []
        for kept in range(mu.shape[1] + 1):
            code = torch.zeros_like(mu).index_copy(1, order[:kept], mu[:, order[:kept]])
            drawn = model.decode(code.to(device)).cpu()
            reconstruction.append(_of_each(loss.reconstruction_loss, drawn, x))
    except Exception:  # noqa: BLE001 - a loss in one piece, or functions that only take what train gives them
        return {}
    return {"kl": _text(torch.tensor(kl)), "reconstruction": _text(torch.tensor(reconstruction).T)}


def _of_each(term: Callable[[Tensor, Tensor], Tensor], first: Tensor, second: Tensor) -> list[float]:
    """A loss term of each pair of rows."""
    return [float(term(*pair)) for pair in zip(first.split(1), second.split(1), strict=True)]


def _text(values: Tensor) -> str:
    """The bytes of a tensor as base64: little-endian, float32 unless they are 8-bit integers."""
    return base64.b64encode(values.contiguous().numpy().tobytes()).decode()
