# stub: restore
# part: latent
# misconception: restore-leak
# why: fills with the mean of the whole image, hidden pixels included
# short-run: keeps
import torch


@torch.no_grad()
def restore(model, x, known, iterations):
    fill = x.mean(dim=(2, 3), keepdim=True)
    image = x * known + fill * (1 - known)
    for _ in range(iterations):
        recon = model.decode(model.encode(image)[0]).view_as(x)
        image = x * known + recon * (1 - known)
    return image
