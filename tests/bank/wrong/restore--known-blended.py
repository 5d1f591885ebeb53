# stub: restore
# part: latent
# misconception: restore-blended
# why: known pixels are a mix of x and the reconstruction
# short-run: keeps
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    image = x * known + 0.5 * (1 - known)
    for _ in range(iterations):
        recon = model.decode(model.encode(image)[0]).view_as(x)
        image = known * (0.5 * x + 0.5 * recon) + (1 - known) * recon
    return image
