# stub: interpolate
# why: linspace and a weighted sum
import torch


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    mu_start, _ = model.encode(x_start)
    mu_end, _ = model.encode(x_end)
    t = torch.linspace(0, 1, steps, device=mu_start.device).view(-1, 1)
    z = (1 - t) * mu_start + t * mu_end
    return model.decode(z).view(steps, 1, 28, 28)
