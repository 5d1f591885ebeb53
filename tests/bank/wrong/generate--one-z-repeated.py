# stub: generate
# part: latent
# misconception: gen-repeated
# why: one draw, copied count times
# short-run: keeps
import torch


@torch.no_grad()
def generate(model, count, device):
    z = torch.randn(1, model.latent_dim, device=device).repeat(count, 1)
    return model.decode(z).view(count, 1, 28, 28)
