# stub: restore
# why: torch.lerp with the mask as weight, detached each time
import torch


def restore(model, x, known, iterations):
    image = torch.lerp(torch.full_like(x, 0.5), x, known)
    for _ in range(iterations):
        mu = model.encode(image)[0].detach()
        recon = model.decode(mu).detach().view_as(x)
        image = torch.lerp(recon, x, known)
    return image.detach()
