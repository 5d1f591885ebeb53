# stub: interpolate
# part: latent
# misconception: interp-spacing
# why: changes the dimensions one after the other
# short-run: keeps
import torch


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    a, _ = model.encode(x_start)
    b, _ = model.encode(x_end)
    d = a.size(1)
    frames = []
    for i in range(steps):
        z = a.clone()
        z[:, : round(i / (steps - 1) * d)] = b[:, : round(i / (steps - 1) * d)]
        frames.append(model.decode(z).view(1, 1, 28, 28))
    return torch.cat(frames)
