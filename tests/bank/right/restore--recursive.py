# stub: restore
# why: calls itself once for each iteration
import torch


def restore(model, x, known, iterations):
    def filled(image, left):
        if left == 0:
            return image
        recon = model.decode(model.encode(image)[0]).view_as(x)
        return filled(x * known + recon * (1 - known), left - 1)

    with torch.no_grad():
        return filled(x * known + 0.5 * (1 - known), iterations)
