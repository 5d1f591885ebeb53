# stub: restore
# part: latent
# misconception: restore-mask-inverted
# why: the two masks change places inside the loop alone
# short-run: keeps
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    image = torch.where(known.bool(), x, torch.full_like(x, 0.5))
    for _ in range(iterations):
        recon = model.decode(model.encode(image)[0]).view_as(x)
        image = torch.where(known.bool(), recon, x)
    return image
