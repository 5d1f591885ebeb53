# stub: restore
# why: a clone, edited by index
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    image = x.clone()
    unknown = known < 0.5
    image[unknown] = 0.5
    for _ in range(iterations):
        recon = model.decode(model.encode(image)[0]).view(-1, 1, 28, 28)
        image[unknown] = recon[unknown]
    return image
