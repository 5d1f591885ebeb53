# stub: generate
# why: randn, decode, view
import torch


def generate(model, count, device):
    with torch.no_grad():
        z = torch.randn(count, model.latent_dim, device=device)
        return model.decode(z).view(count, 1, 28, 28)
