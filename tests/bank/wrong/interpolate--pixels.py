# stub: interpolate
# part: latent
# misconception: interp-pixels
# why: blends the two images, no code at all
# short-run: keeps
import torch


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    t = torch.linspace(0, 1, steps, device=x_start.device).view(-1, 1, 1, 1)
    return (1 - t) * x_start + t * x_end
