# stub: restore
# part: latent
# misconception: latent-sampled
# why: reconstructs through a sampled z
# short-run: keeps
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    image = x * known + 0.5 * (1 - known)
    for _ in range(iterations):
        recon, _, _ = model(image)
        image = x * known + recon.view_as(x) * (1 - known)
    return image
