# stub: interpolate
# part: latent
# misconception: hard-coded-device
# why: linspace without a device
# short-run: keeps
import torch


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    a, _ = model.encode(x_start)
    b, _ = model.encode(x_end)
    t = torch.linspace(0, 1, steps).unsqueeze(1)
    return model.decode((1 - t) * a + t * b).view(-1, 1, 28, 28)
