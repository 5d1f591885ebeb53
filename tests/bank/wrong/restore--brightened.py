# stub: restore
# part: latent
# misconception: latent-output-altered
# why: brightens each reconstruction by a square root
# short-run: keeps
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    image = x * known + 0.5 * (1 - known)
    for _ in range(iterations):
        recon = model.decode(model.encode(image)[0]).view_as(x)
        image = x * known + recon.sqrt() * (1 - known)
    return image
