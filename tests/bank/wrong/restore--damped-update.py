# stub: restore
# part: latent
# misconception: restore-blended
# why: moves the unknown pixels half of the way
# short-run: keeps
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    image = x * known + 0.5 * (1 - known)
    for _ in range(iterations):
        recon = model.decode(model.encode(image)[0]).view_as(x)
        image = x * known + (0.5 * image + 0.5 * recon) * (1 - known)
    return image
