# stub: restore
# part: latent
# misconception: restore-iteration-count
# why: stops as soon as the picture changes little
# short-run: keeps
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    image = x * known + 0.5 * (1 - known)
    for _ in range(iterations):
        recon = model.decode(model.encode(image)[0]).view_as(x)
        new = x * known + recon * (1 - known)
        if (new - image).abs().mean() < 0.02:
            break
        image = new
    return image
