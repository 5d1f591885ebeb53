"""Stand-in for vae.latent: grey images."""

import torch


def generate(model, count, device):
    return torch.full((count, 1, 28, 28), 0.5, device=device)


def interpolate(model, x_start, x_end, steps):
    return torch.full((steps, 1, 28, 28), 0.5, device=x_start.device)


def restore(model, x, known, iterations):
    return torch.full_like(x, 0.5)
