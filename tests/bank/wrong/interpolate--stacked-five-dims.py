# stub: interpolate
# part: latent
# misconception: latent-shape
# why: stack in place of cat: (steps,1,1,28,28)
# short-run: keeps
import torch


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    a, _ = model.encode(x_start)
    b, _ = model.encode(x_end)
    frames = []
    for t in torch.linspace(0, 1, steps).tolist():
        frames.append(model.decode((1 - t) * a + t * b).view(1, 1, 28, 28))
    return torch.stack(frames)
