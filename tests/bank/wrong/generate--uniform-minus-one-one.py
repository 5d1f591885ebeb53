# stub: generate
# part: latent
# misconception: gen-uniform
# why: uniform between -1 and 1
# short-run: keeps
import torch


@torch.no_grad()
def generate(model, count, device):
    z = 2 * torch.rand(count, model.latent_dim, device=device) - 1
    return model.decode(z).view(count, 1, 28, 28)
