# stub: restore
# part: latent
# misconception: restore-mask-inverted
# why: keeps the unknown pixels and replaces the known ones
# short-run: keeps
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    image = x * (1 - known) + 0.5 * known
    for _ in range(iterations):
        recon = model.decode(model.encode(image)[0]).view_as(x)
        image = x * (1 - known) + recon * known
    return image
