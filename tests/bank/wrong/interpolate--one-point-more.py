# stub: interpolate
# part: latent
# misconception: latent-count
# why: steps + 1 images
# short-run: keeps
import torch


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    a, _ = model.encode(x_start)
    b, _ = model.encode(x_end)
    frames = [model.decode(a + i / steps * (b - a)) for i in range(steps + 1)]
    return torch.cat(frames).view(-1, 1, 28, 28)
