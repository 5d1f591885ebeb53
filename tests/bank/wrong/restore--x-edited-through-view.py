# stub: restore
# part: latent
# misconception: input-edited
# why: view() shares memory with the caller's x
# short-run: keeps
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    image = x.view(x.size(0), 784)
    mask = known.view(x.size(0), 784) == 0
    image[mask] = 0.5
    for _ in range(iterations):
        image[mask] = model.decode(model.encode(image)[0])[mask]
    return image.view(-1, 1, 28, 28).clone()
