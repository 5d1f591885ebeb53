# stub: restore
# why: takes mu from forward and decodes it with model.decoder
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    model.eval()
    visible = x * known
    image = visible + 0.5 * (1 - known)
    for _ in range(iterations):
        _, mu, _ = model(image)
        image = visible + model.decoder(mu).view_as(x) * (1 - known)
    return image
