# stub: restore
# part: latent
# misconception: restore-known-overwritten
# why: the reconstruction goes everywhere
# short-run: keeps
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    image = x * known + 0.5 * (1 - known)
    for _ in range(iterations):
        image = model.decode(model.encode(image)[0]).view_as(x)
    return image
