# stub: interpolate
# part: latent
# misconception: latent-sampled
# why: a little noise on every point in between
# short-run: keeps
import torch


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    a, _ = model.encode(x_start)
    b, _ = model.encode(x_end)
    t = torch.linspace(0, 1, steps, device=a.device).unsqueeze(1)
    z = (1 - t) * a + t * b
    return model.decode(z + 0.3 * torch.randn_like(z)).view(-1, 1, 28, 28)
