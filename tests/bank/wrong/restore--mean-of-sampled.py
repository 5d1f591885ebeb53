# stub: restore
# part: latent
# misconception: latent-sampled
# why: averages five sampled reconstructions
# short-run: keeps
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    image = x * known + 0.5 * (1 - known)
    for _ in range(iterations):
        samples = torch.stack([model(image)[0] for _ in range(5)])
        image = x * known + samples.mean(dim=0).view_as(x) * (1 - known)
    return image
