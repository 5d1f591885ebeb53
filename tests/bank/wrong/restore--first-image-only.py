# stub: restore
# part: latent
# misconception: first-image-only
# why: works for a single image
# short-run: keeps
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    x, known = x[:1], known[:1]
    image = x * known + 0.5 * (1 - known)
    for _ in range(iterations):
        recon = model.decode(model.encode(image)[0]).view(1, 1, 28, 28)
        image = x * known + recon * (1 - known)
    return image
