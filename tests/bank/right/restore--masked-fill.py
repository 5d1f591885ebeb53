# stub: restore
# why: masked_fill and masked_scatter on copies
import torch


@torch.inference_mode()
def restore(model, x, known, iterations):
    hidden = ~known.to(torch.bool)
    image = x.masked_fill(hidden, 0.5)
    for _ in range(iterations):
        recon = model.decode(model.encode(image)[0]).view(x.shape)
        image = image.masked_scatter(hidden, recon[hidden])
    return image
