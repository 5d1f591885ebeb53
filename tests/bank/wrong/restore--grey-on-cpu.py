# stub: restore
# part: latent
# misconception: hard-coded-device
# why: the grey image is made on the CPU
# short-run: keeps
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    grey = torch.full(x.shape, 0.5)
    image = torch.where(known.bool(), x, grey)
    for _ in range(iterations):
        recon = model.decode(model.encode(image)[0]).view_as(x)
        image = torch.where(known.bool(), x, recon)
    return image
