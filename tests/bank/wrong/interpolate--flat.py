# stub: interpolate
# part: latent
# misconception: latent-shape
# why: returns (steps, 784)
# short-run: keeps
import torch


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    a, _ = model.encode(x_start)
    b, _ = model.encode(x_end)
    t = torch.linspace(0, 1, steps, device=a.device).unsqueeze(1)
    return model.decode(a + t * (b - a))
