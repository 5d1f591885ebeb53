# stub: generate
# part: latent
# misconception: gen-scale
# why: draws cut off at one standard deviation
# short-run: keeps
import torch


@torch.no_grad()
def generate(model, count, device):
    z = torch.randn(count, model.latent_dim, device=device).clamp(-1, 1)
    return model.decode(z).view(count, 1, 28, 28)
