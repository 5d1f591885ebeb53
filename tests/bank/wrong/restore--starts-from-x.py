# stub: restore
# part: latent
# misconception: restore-leak
# why: the hidden pixels of x are in the first fill
# short-run: keeps
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    image = x.clone()
    for _ in range(iterations):
        recon = model.decode(model.encode(image)[0]).view_as(x)
        image = x * known + recon * (1 - known)
    return image
