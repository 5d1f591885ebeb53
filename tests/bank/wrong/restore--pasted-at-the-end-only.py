# stub: restore
# part: latent
# misconception: restore-known-overwritten
# why: known pixels come back after the last iteration alone
# short-run: keeps
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    image = x * known + 0.5 * (1 - known)
    for _ in range(iterations):
        image = model.decode(model.encode(image)[0]).view_as(x)
    return x * known + image * (1 - known)
