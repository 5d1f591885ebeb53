# stub: interpolate
# part: latent
# misconception: interp-endpoints
# why: (i + 1) / steps begins after the start
# short-run: keeps
import torch


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    a, _ = model.encode(x_start)
    b, _ = model.encode(x_end)
    frames = [model.decode(a + (i + 1) / steps * (b - a)) for i in range(steps)]
    return torch.cat(frames).view(-1, 1, 28, 28)
