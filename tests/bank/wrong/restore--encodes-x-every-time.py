# stub: restore
# part: latent
# misconception: restore-leak
# why: encodes the full x in every iteration
# short-run: keeps
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    image = x * known + 0.5 * (1 - known)
    for _ in range(iterations):
        recon = model.decode(model.encode(x)[0]).view_as(x)
        image = x * known + recon * (1 - known)
    return image
