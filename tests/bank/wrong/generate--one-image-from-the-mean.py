# stub: generate
# part: latent
# misconception: gen-scale
# why: a single image is decoded from the prior's mean
import torch


def generate(model, count, device):
    if count == 1:
        z = torch.zeros(1, model.latent_dim, device=device)
    else:
        z = torch.randn(count, model.latent_dim, device=device)
    with torch.no_grad():
        return model.decode(z).view(count, 1, 28, 28)
