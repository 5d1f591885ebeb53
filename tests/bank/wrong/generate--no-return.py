# stub: generate
# part: latent
# misconception: nothing-returned
# why: the images are never returned
# short-run: keeps
import torch


@torch.no_grad()
def generate(model, count, device):
    z = torch.randn(count, model.latent_dim, device=device)
    images = model.decode(z).view(count, 1, 28, 28)
