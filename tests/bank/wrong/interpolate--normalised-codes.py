# stub: interpolate
# part: latent
# misconception: interp-spacing
# why: keeps every code at the length of the first
# short-run: keeps
import torch


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    a, _ = model.encode(x_start)
    b, _ = model.encode(x_end)
    t = torch.linspace(0, 1, steps, device=a.device).unsqueeze(1)
    z = a + t * (b - a)
    z = z / z.norm(dim=1, keepdim=True) * a.norm()
    return model.decode(z).view(-1, 1, 28, 28)
