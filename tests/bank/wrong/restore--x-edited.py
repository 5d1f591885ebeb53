# stub: restore
# part: latent
# misconception: input-edited
# why: writes the fill into the caller's x
# short-run: keeps
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    unknown = known == 0
    x[unknown] = 0.5
    for _ in range(iterations):
        recon = model.decode(model.encode(x)[0]).view_as(x)
        x[unknown] = recon[unknown]
    return x
