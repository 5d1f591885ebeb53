# stub: generate
# part: latent
# misconception: gen-scale
# why: torch.normal(1, 1, ...): the mean is one
# short-run: keeps
import torch


@torch.no_grad()
def generate(model, count, device):
    z = torch.normal(1.0, 1.0, size=(count, model.latent_dim), device=device)
    return model.decode(z).view(count, 1, 28, 28)
