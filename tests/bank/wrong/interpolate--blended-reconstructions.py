# stub: interpolate
# part: latent
# misconception: interp-pixels
# why: decodes both ends and blends the pictures
# short-run: keeps
import torch


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    a = model.decode(model.encode(x_start)[0]).view(1, 1, 28, 28)
    b = model.decode(model.encode(x_end)[0]).view(1, 1, 28, 28)
    t = torch.linspace(0, 1, steps, device=a.device).view(-1, 1, 1, 1)
    return torch.lerp(a, b, t)
