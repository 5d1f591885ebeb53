# stub: restore
# why: works on flat images and folds them in the end
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    flat, mask = x.flatten(1), known.flatten(1)
    current = flat * mask + 0.5 * (1 - mask)
    for _ in range(iterations):
        current = flat * mask + model.decode(model.encode(current)[0]) * (1 - mask)
    return current.view(-1, 1, 28, 28)
