# stub: restore
# part: latent
# misconception: restore-start
# why: the mean of the known pixels in place of 0.5
# short-run: keeps
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    mean = (x * known).sum() / known.sum().clamp(min=1)
    image = x * known + mean * (1 - known)
    for _ in range(iterations):
        recon = model.decode(model.encode(image)[0]).view_as(x)
        image = x * known + recon * (1 - known)
    return image
