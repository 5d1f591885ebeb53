# stub: restore
# part: latent
# misconception: restore-start
# why: fills the gaps with a random sample
# short-run: keeps
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    z = torch.randn(x.size(0), model.latent_dim, device=x.device)
    image = x * known + model.decode(z).view_as(x) * (1 - known)
    for _ in range(iterations):
        recon = model.decode(model.encode(image)[0]).view_as(x)
        image = x * known + recon * (1 - known)
    return image
