# stub: interpolate
# part: latent
# misconception: interp-endpoints
# why: arange(0, 1, 1 / steps) stops before one
# short-run: keeps
import torch


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    a, _ = model.encode(x_start)
    b, _ = model.encode(x_end)
    t = (torch.arange(steps, device=a.device) * (1.0 / steps)).unsqueeze(1)
    return model.decode(torch.lerp(a, b, t)).view(-1, 1, 28, 28)
