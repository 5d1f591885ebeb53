# stub: restore
# part: latent
# misconception: restore-iteration-count
# why: a single pass whatever was asked
# short-run: keeps
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    image = x * known + 0.5 * (1 - known)
    recon = model.decode(model.encode(image)[0]).view_as(x)
    return x * known + recon * (1 - known)
