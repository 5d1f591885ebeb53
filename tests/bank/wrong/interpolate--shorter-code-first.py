# stub: interpolate
# part: latent
# misconception: interp-reversed
# why: begins at whichever code is shorter
import torch


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    mu, _ = model.encode(torch.cat([x_start, x_end]))
    low, high = mu[mu.norm(dim=1).argsort()]
    t = torch.linspace(0, 1, steps, device=mu.device).unsqueeze(1)
    return model.decode(low + t * (high - low)).view(steps, 1, 28, 28)
