# stub: generate
# part: latent
# misconception: latent-count
# why: count + 1 images
# short-run: keeps
import torch


@torch.no_grad()
def generate(model, count, device):
    images = []
    for _ in range(count + 1):
        z = torch.randn(1, model.latent_dim, device=device)
        images.append(model.decode(z).view(1, 1, 28, 28))
    return torch.cat(images)
