# stub: interpolate
# part: latent
# misconception: interp-endpoints
# why: dimensions in which the ends hardly differ are set to 0
import torch


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    start, _ = model.encode(x_start)
    end, _ = model.encode(x_end)
    active = ((end - start).abs() > 0.05).float()
    t = torch.linspace(0, 1, steps, device=start.device).unsqueeze(1)
    codes = (start + t * (end - start)) * active
    return model.decode(codes).view(steps, 1, 28, 28)
