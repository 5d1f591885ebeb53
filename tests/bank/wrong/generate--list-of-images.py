# stub: generate
# part: latent
# misconception: latent-shape
# why: a Python list of single images
# short-run: keeps
import torch


@torch.no_grad()
def generate(model, count, device):
    images = []
    for _ in range(count):
        z = torch.randn(1, model.latent_dim, device=device)
        images.append(model.decode(z).view(1, 28, 28))
    return images
