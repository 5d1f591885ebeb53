# stub: restore
# part: latent
# misconception: restore-blended
# why: returns the mean of all iterations
# short-run: keeps
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    image = x * known + 0.5 * (1 - known)
    total = torch.zeros_like(x)
    for _ in range(iterations):
        recon = model.decode(model.encode(image)[0]).view_as(x)
        image = x * known + recon * (1 - known)
        total += image
    return total / iterations * (1 - known) + x * known
