# stub: generate
# part: latent
# misconception: gen-scale
# why: half the spread for cleaner digits
# short-run: keeps
import torch


@torch.no_grad()
def generate(model, count, device):
    z = 0.5 * torch.randn(count, model.latent_dim, device=device)
    return model.decode(z).view(count, 1, 28, 28)
