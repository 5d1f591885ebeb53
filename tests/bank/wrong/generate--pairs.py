# stub: generate
# part: latent
# misconception: gen-repeated
# why: draws half the codes and mirrors them
# short-run: keeps
import torch


@torch.no_grad()
def generate(model, count, device):
    half = torch.randn((count + 1) // 2, model.latent_dim, device=device)
    z = torch.cat([half, -half])[:count]
    return model.decode(z).view(count, 1, 28, 28)
