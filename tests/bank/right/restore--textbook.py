# stub: restore
# why: arithmetic masks
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    image = known * x + (1 - known) * 0.5
    for _ in range(iterations):
        mu, _ = model.encode(image)
        recon = model.decode(mu).view_as(x)
        image = known * x + (1 - known) * recon
    return image
