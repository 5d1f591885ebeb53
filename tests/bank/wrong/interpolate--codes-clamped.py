# stub: interpolate
# part: latent
# misconception: interp-endpoints
# why: codes are limited to where the prior has mass
import torch


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    mu_start, _ = model.encode(x_start)
    mu_end, _ = model.encode(x_end)
    t = torch.linspace(0, 1, steps, device=mu_start.device).unsqueeze(1)
    z = (1 - t) * mu_start + t * mu_end
    z = z.clamp(-3, 3)  # stay where the prior has mass
    return model.decode(z).view(steps, 1, 28, 28)
