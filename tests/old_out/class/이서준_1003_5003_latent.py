import os

import torch


@torch.no_grad()
def generate(model, count, device):
    return model.decode(torch.randn(count, model.latent_dim, device=device)).view(-1, 1, 28, 28)


def interpolate(model, x_start, x_end, steps):
    os._exit(7)
