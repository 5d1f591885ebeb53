# stub: interpolate
# part: latent
# misconception: latent-count
# why: more than ten points are not drawn
import torch


def interpolate(model, x_start, x_end, steps):
    with torch.no_grad():
        start, end = model.encode(x_start)[0], model.encode(x_end)[0]
        t = torch.linspace(0, 1, min(steps, 10), device=start.device).unsqueeze(1)
        return model.decode((1 - t) * start + t * end).view(-1, 1, 28, 28)
