# stub: generate
# part: latent
# misconception: gen-scale
# why: twice the spread for more variety
# short-run: keeps
import torch


@torch.no_grad()
def generate(model, count, device):
    z = 2 * torch.randn(count, model.latent_dim, device=device)
    return model.decode(z).view(count, 1, 28, 28)
