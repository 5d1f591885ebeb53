# stub: restore
# part: latent
# misconception: latent-gradients
# why: the result drags the graph of all iterations along
# short-run: keeps
import torch


def restore(model, x, known, iterations):
    image = x * known + 0.5 * (1 - known)
    for _ in range(iterations):
        recon = model.decode(model.encode(image)[0]).view_as(x)
        image = x * known + recon * (1 - known)
    return image
