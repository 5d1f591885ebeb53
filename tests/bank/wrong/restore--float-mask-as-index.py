# stub: restore
# part: latent
# misconception: crashes-when-called
# why: a float mask cannot index
# short-run: keeps
# expect: error
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    image = torch.full_like(x, 0.5)
    image[known] = x[known]
    for _ in range(iterations):
        recon = model.decode(model.encode(image)[0]).view_as(x)
        recon[known] = x[known]
        image = recon
    return image
