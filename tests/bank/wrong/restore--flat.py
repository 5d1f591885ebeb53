# stub: restore
# part: latent
# misconception: latent-shape
# why: returns (N, 784)
# short-run: keeps
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    x, known = x.flatten(1), known.flatten(1)
    image = x * known + 0.5 * (1 - known)
    for _ in range(iterations):
        image = x * known + model.decode(model.encode(image)[0]) * (1 - known)
    return image
