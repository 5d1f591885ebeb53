# stub: generate
# part: latent
# misconception: latent-output-altered
# why: flips a coin for each pixel
# short-run: keeps
import torch


@torch.no_grad()
def generate(model, count, device):
    z = torch.randn(count, model.latent_dim, device=device)
    return torch.bernoulli(model.decode(z)).view(count, 1, 28, 28)
