# stub: generate
# part: latent
# misconception: gen-repeated
# why: decodes the prior's mean count times
# short-run: keeps
import torch


@torch.no_grad()
def generate(model, count, device):
    z = torch.zeros(count, model.latent_dim, device=device)
    return model.decode(z).view(count, 1, 28, 28)
