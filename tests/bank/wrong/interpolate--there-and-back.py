# stub: interpolate
# part: latent
# misconception: interp-spacing
# why: reaches the end half-way and turns round
# short-run: keeps
import torch


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    a, _ = model.encode(x_start)
    b, _ = model.encode(x_end)
    t = 1 - (2 * torch.linspace(0, 1, steps, device=a.device) - 1).abs()
    return model.decode(a + t.unsqueeze(1) * (b - a)).view(-1, 1, 28, 28)
