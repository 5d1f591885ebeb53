"""The page runs/explore.html: one's own encoder and decoder in a browser, to move about in. Given.

The page is one file and needs no network. It holds the weights, rounded to 8 bits, and does with them what VAE.encode and
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
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from vae.data import Images
from vae.desk.failure import say

NAME = "explore.html"
TEMPLATE = Path(__file__).with_name("explorer.html")
LARGEST = 1_300_000  # bytes of the page
OF_EACH_DIGIT = 20  # test images in the page
SLIDERS = 20
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
            ko = "주어진 신경망이 아니거나 가중치가 유한하지 않아 만들지 않습니다."
            en = "not made, because the network is not the given one or its weights are not finite."
            print(f"{path}: {ko} / {en}")
            return 0
        path.write_bytes(page)
    except OSError as error:
        return say(
            f"{path}: 저장할 수 없습니다({error.strerror}). 디스크의 여유 공간과 --out 폴더를 확인하세요.",
            f"{path}: cannot be saved ({error.strerror}). Check the free disk space and the folder of --out.",
        )
    print(path)
    return 0


@torch.no_grad()
def _page(model: nn.Module, test_images: Images) -> bytes | None:
    """The whole page; None if the network does not compute what the page does."""
    device = next(model.parameters()).device
    shown, labels = _some_of_each(test_images)
    layers = _layers(model, shown.to(device))
    if layers is None:
        return None
    mu, log_var = (code.cpu() for code in model.encode(shown.to(device)))
    everything = model.encode(test_images.images.to(device))[0].cpu()
    order = everything.var(dim=0).argsort(descending=True)  # the dimensions, the one that says most first
    centre, axes = _plane(everything)
    told = {
        "layers": [_packed(*pair) for pair in zip(layers, _inputs(layers, shown, mu), strict=True)],
        "images": _text(shown.mul(255).round().to(torch.uint8)),
        "labels": labels.tolist(),
        "codes": _text(mu),
        "centre": centre.tolist(),
        "axes": axes.tolist(),
        "order": order.tolist(),
        "sliders": sorted(order[:SLIDERS].tolist()),
        "open": [name for name, call in _calls(model, shown.to(device)).items() if _runs(call)],
        **_nats(model, shown, mu, log_var, order),
    }
    page = TEMPLATE.read_text(encoding="utf-8")
    script = re.search(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    return page.replace("{{ script }}", digest).replace("{{ given }}", json.dumps(told)).encode()


def _some_of_each(images: Images) -> tuple[Tensor, Tensor]:
    """Some images of each digit, (N, 1, 28, 28), with the 256 greys that a byte can hold, and their labels, (N,)."""
    chosen = torch.cat(
        [(images.labels == digit).nonzero()[:OF_EACH_DIGIT, 0] for digit in images.labels.unique()]
    )
    return images.images[chosen].mul(255).round().div(255), images.labels[chosen]


def _layers(model: nn.Module, x: Tensor) -> list[nn.Linear] | None:
    """The four layers with weights, if the model computes with nothing else; else None. x: (N, 1, 28, 28)."""
    try:
        layers = [*model.encoder, *model.decoder]
        mu, log_var = model.encode(x)
        codes, drawn = torch.cat([mu, log_var], dim=1), model.decode(mu)
        alike = torch.equal(model.encoder(x.flatten(1)), codes) and torch.equal(model.decoder(mu), drawn)
        finite = bool(codes.isfinite().all() and drawn.isfinite().all())
    except Exception:  # noqa: BLE001 - whatever a student made of the network
        return None
    linear = [layer for layer in layers if isinstance(layer, nn.Linear)]
    usual = [type(layer) for layer in layers] == GIVEN and all(layer.bias is not None for layer in linear)
    return linear if usual and alike and finite and drawn.shape == (len(x), PIXELS) else None


def _inputs(layers: list[nn.Linear], x: Tensor, mu: Tensor) -> list[Tensor]:
    """What each layer gets to see in the page, a row each: images x, whole and half erased, and codes, mu and drawn."""
    generator = torch.Generator().manual_seed(0)
    erased = x.where(torch.rand(x.shape, generator=generator) < 0.5, torch.tensor(0.5))
    images = torch.cat([x, erased]).flatten(1)
    codes = torch.cat([mu, torch.randn(mu.shape, generator=generator)])
    device = layers[0].weight.device
    hidden = [
        layer(seen.to(device)).relu().cpu() for layer, seen in ((layers[0], images), (layers[2], codes))
    ]
    return [images, hidden[0], codes, hidden[1]]


def _packed(layer: nn.Linear, inputs: Tensor) -> dict[str, Any]:
    """A layer with its weights as whole numbers from -127 to 127 and one scale for each row."""
    weights, bias = (part.detach().cpu().float() for part in (layer.weight, layer.bias))
    scales = weights.abs().amax(dim=1).clamp(min=1e-12) / 127
    return {
        "rows": layer.out_features,
        "columns": layer.in_features,
        "weights": _text(_rounded(weights / scales[:, None], inputs).to(torch.int8)),
        "scales": _text(scales),
        "bias": _text(bias),
    }


def _rounded(weights: Tensor, inputs: Tensor) -> Tensor:
    """Weights (rows, columns) rounded so that the layer's outputs for `inputs` (N, columns) change little.

    Column by column, and the weights that are still to be rounded make up for the error (Frantar et al. 2022,
    arXiv:2210.17323). To round each weight to the nearest number leaves an error three times as large.
    """
    moments = (inputs.T @ inputs / len(inputs)).double()
    damping = 0.01 * moments.diagonal().mean() + 1e-9
    inverse = torch.linalg.inv(moments + damping * torch.eye(len(moments)))
    passed_on = torch.linalg.cholesky(inverse, upper=True).float()
    left, rounded = weights.clone(), torch.empty_like(weights)
    for column, shares in enumerate(passed_on):
        rounded[:, column] = left[:, column].round().clamp(-127, 127)
        error = left[:, column] - rounded[:, column]
        left[:, column:] -= torch.outer(error, shares[column:] / shares[column])
    return rounded


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


def _nats(model: nn.Module, x: Tensor, mu: Tensor, log_var: Tensor, order: Tensor) -> dict[str, str]:
    """What the student's two terms say of each image x (N, 1, 28, 28); nothing if they are not written.

    "kl": (N, D), of each dimension alone; "reconstruction": (N, D + 1), from mu with only the first k dimensions of
    `order` kept, and 0, the prior's mean, in the others.
    """
    device = next(model.parameters()).device
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
