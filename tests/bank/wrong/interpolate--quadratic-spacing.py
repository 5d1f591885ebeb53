# stub: interpolate
# part: latent
# misconception: interp-spacing
# why: weights grow with the square
# short-run: keeps
import torch


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    a, _ = model.encode(x_start)
    b, _ = model.encode(x_end)
    t = torch.linspace(0, 1, steps, device=a.device).unsqueeze(1) ** 2
    return model.decode(a + t * (b - a)).view(-1, 1, 28, 28)
