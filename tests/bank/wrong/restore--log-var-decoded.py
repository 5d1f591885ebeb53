# stub: restore
# part: latent
# misconception: log-var-for-mu
# why: decodes the second output of encode
# short-run: keeps
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    image = x * known + 0.5 * (1 - known)
    for _ in range(iterations):
        _, code = model.encode(image)
        image = x * known + model.decode(code).view_as(x) * (1 - known)
    return image
