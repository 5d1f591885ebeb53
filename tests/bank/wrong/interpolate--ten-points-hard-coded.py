# stub: interpolate
# part: latent
# misconception: latent-count
# why: always ten points
# short-run: keeps
import torch


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    a, _ = model.encode(x_start)
    b, _ = model.encode(x_end)
    t = torch.linspace(0, 1, 10, device=a.device).unsqueeze(1)
    return model.decode(a + t * (b - a)).view(-1, 1, 28, 28)
