# stub: interpolate
# part: latent
# misconception: hard-coded-size
# why: squeeze takes the latent axis too where it has one element
import torch


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    start = model.encode(x_start)[0].squeeze()
    end = model.encode(x_end)[0].squeeze()
    codes = torch.stack([start + (end - start) * i / (steps - 1) for i in range(steps)])
    return model.decode(codes).view(steps, 1, 28, 28)
