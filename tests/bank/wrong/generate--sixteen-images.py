# stub: generate
# part: latent
# misconception: latent-count
# why: always sixteen images
# short-run: keeps
import torch


@torch.no_grad()
def generate(model, count, device):
    z = torch.randn(16, model.latent_dim, device=device)
    return model.decode(z).view(-1, 1, 28, 28)
