# stub: interpolate
# part: latent
# misconception: latent-count
# why: one frame where both images are the same
import torch


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    start, _ = model.encode(x_start)
    if torch.equal(x_start, x_end):
        return model.decode(start).view(-1, 1, 28, 28)
    end, _ = model.encode(x_end)
    t = torch.linspace(0, 1, steps, device=start.device).unsqueeze(1)
    return model.decode(start + t * (end - start)).view(-1, 1, 28, 28)
