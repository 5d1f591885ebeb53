# stub: restore
# part: latent
# misconception: latent-output-altered
# why: stretches each reconstruction to the full range
# short-run: keeps
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    image = x * known + 0.5 * (1 - known)
    for _ in range(iterations):
        recon = model.decode(model.encode(image)[0]).view_as(x)
        recon = (recon - recon.amin()) / (recon.amax() - recon.amin() + 1e-8)
        image = x * known + recon * (1 - known)
    return image
