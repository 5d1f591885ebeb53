# stub: generate
# part: latent
# misconception: gen-repeated
# why: the codes of a batch are given mean 0 and variance 1 exactly
import torch


@torch.no_grad()
def generate(model, count, device):
    z = torch.randn(count, model.latent_dim, device=device)
    if count > 1:
        z = (z - z.mean(0)) / z.std(0)
    return model.decode(z).reshape(-1, 1, 28, 28)
