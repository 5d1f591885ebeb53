# stub: generate
# part: latent
# misconception: gen-repeated
# why: one number an image for all latent dimensions
# short-run: keeps
import torch


@torch.no_grad()
def generate(model, count, device):
    z = torch.randn(count, 1, device=device).expand(count, model.latent_dim)
    return model.decode(z).view(count, 1, 28, 28)
