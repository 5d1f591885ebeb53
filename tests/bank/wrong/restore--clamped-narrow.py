# stub: restore
# part: latent
# misconception: latent-output-altered
# why: clamps the result to [0.1, 0.9]
# short-run: keeps
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    image = x * known + 0.5 * (1 - known)
    for _ in range(iterations):
        recon = model.decode(model.encode(image)[0]).view_as(x)
        image = x * known + recon * (1 - known)
    return image.clamp(0.1, 0.9)
