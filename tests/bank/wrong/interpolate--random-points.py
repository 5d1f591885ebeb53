# stub: interpolate
# part: latent
# misconception: interp-spacing
# why: random points on the line
# short-run: keeps
import torch


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    a, _ = model.encode(x_start)
    b, _ = model.encode(x_end)
    t, _ = torch.rand(steps, 1, device=a.device).sort(dim=0)
    t[0], t[-1] = 0.0, 1.0
    return model.decode(a + t * (b - a)).view(-1, 1, 28, 28)
