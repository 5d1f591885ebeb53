# stub: restore
# part: latent
# misconception: restore-start
# why: the first round sees 0.5 in the known pixels as well
# short-run: keeps
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    image = torch.full_like(x, 0.5)
    for _ in range(iterations):
        recon = model.decode(model.encode(image)[0]).view_as(x)
        image = x * known + recon * (1 - known)
    return image
