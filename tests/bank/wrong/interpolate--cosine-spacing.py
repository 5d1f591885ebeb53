# stub: interpolate
# part: latent
# misconception: interp-spacing
# why: slow at the ends, fast in the middle
# short-run: keeps
import math

import torch


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    a, _ = model.encode(x_start)
    b, _ = model.encode(x_end)
    t = torch.linspace(0, 1, steps, device=a.device)
    t = ((1 - torch.cos(math.pi * t)) / 2).unsqueeze(1)
    return model.decode(a + t * (b - a)).view(-1, 1, 28, 28)
