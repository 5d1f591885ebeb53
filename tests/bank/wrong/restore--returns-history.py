# stub: restore
# part: latent
# misconception: returns-extra-values
# why: a list of all iterations
# short-run: keeps
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    image = x * known + 0.5 * (1 - known)
    history = [image]
    for _ in range(iterations):
        recon = model.decode(model.encode(image)[0]).view_as(x)
        image = x * known + recon * (1 - known)
        history.append(image)
    return history
