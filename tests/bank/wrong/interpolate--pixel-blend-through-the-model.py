# stub: interpolate
# part: latent
# misconception: interp-pixels
# why: blends the images and reconstructs each blend
# short-run: keeps
import torch


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    t = torch.linspace(0, 1, steps, device=x_start.device).view(-1, 1, 1, 1)
    blends = (1 - t) * x_start + t * x_end
    mu, _ = model.encode(blends)
    return model.decode(mu).view(-1, 1, 28, 28)
