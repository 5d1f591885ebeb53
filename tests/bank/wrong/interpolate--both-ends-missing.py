# stub: interpolate
# part: latent
# misconception: interp-endpoints
# why: only the points in between
# short-run: keeps
import torch


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    a, _ = model.encode(x_start)
    b, _ = model.encode(x_end)
    t = torch.linspace(0, 1, steps + 2, device=a.device)[1:-1].unsqueeze(1)
    return model.decode(a + t * (b - a)).view(-1, 1, 28, 28)
