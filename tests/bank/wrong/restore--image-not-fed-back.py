# stub: restore
# part: latent
# misconception: restore-iteration-count
# why: every iteration begins again from the first fill
# short-run: keeps
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    start = x * known + 0.5 * (1 - known)
    for _ in range(iterations):
        recon = model.decode(model.encode(start)[0]).view_as(x)
        result = x * known + recon * (1 - known)
    return result
