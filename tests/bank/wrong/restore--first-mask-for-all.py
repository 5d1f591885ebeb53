# stub: restore
# part: latent
# misconception: first-image-only
# why: uses the first image's mask for the whole batch
# short-run: keeps
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    known = known[0:1].expand_as(x)
    image = x * known + 0.5 * (1 - known)
    for _ in range(iterations):
        recon = model.decode(model.encode(image)[0]).view_as(x)
        image = x * known + recon * (1 - known)
    return image
