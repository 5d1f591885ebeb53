# stub: restore
# part: latent
# misconception: restore-iteration-count
# why: range(1, iterations)
# short-run: keeps
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    image = x * known + 0.5 * (1 - known)
    for _ in range(1, iterations):
        recon = model.decode(model.encode(image)[0]).view_as(x)
        image = x * known + recon * (1 - known)
    return image
