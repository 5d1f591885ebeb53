# stub: generate, interpolate, restore
# why: a file of its own with helpers, a constant and a type alias
# file: latent.py
from __future__ import annotations

import torch
from torch import Tensor

IMAGE = (1, 28, 28)


def as_images(flat: Tensor) -> Tensor:
    return flat.reshape(flat.size(0), *IMAGE)


def code(model, x: Tensor) -> Tensor:
    mu, _log_var = model.encode(x)
    return mu


@torch.no_grad()
def generate(model, count: int, device) -> Tensor:
    return as_images(model.decode(torch.randn(count, model.latent_dim, device=device)))


@torch.no_grad()
def interpolate(model, x_start: Tensor, x_end: Tensor, steps: int) -> Tensor:
    a, b = code(model, x_start), code(model, x_end)
    t = torch.linspace(0.0, 1.0, steps, dtype=a.dtype, device=a.device)
    return as_images(model.decode(torch.lerp(a, b, t.unsqueeze(-1))))


@torch.no_grad()
def restore(model, x: Tensor, known: Tensor, iterations: int) -> Tensor:
    hidden = known.eq(0)
    image = x.masked_fill(hidden, 0.5)
    for _ in range(iterations):
        image = torch.where(hidden, as_images(model.decode(code(model, image))), x)
    return image


if __name__ == "__main__":
    from vae.model import VAE

    print(generate(VAE(), 4, "cpu").shape)
