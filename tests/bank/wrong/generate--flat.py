# stub: generate
# part: latent
# misconception: latent-shape
# why: returns (count, 784)
# short-run: keeps
import torch


@torch.no_grad()
def generate(model, count, device):
    z = torch.randn(count, model.latent_dim, device=device)
    return model.decode(z)
