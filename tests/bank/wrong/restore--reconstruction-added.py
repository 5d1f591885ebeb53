# stub: restore
# part: latent
# misconception: restore-blended
# why: adds the reconstruction to the fill in place of replacing it
# short-run: keeps
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    image = x * known + 0.5 * (1 - known)
    for _ in range(iterations):
        recon = model.decode(model.encode(image)[0]).view_as(x)
        image = (image + recon * (1 - known)).clamp(0, 1)
    return image
