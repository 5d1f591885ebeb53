# stub: generate
# part: latent
# misconception: latent-shape
# why: squeeze() loses an axis
# short-run: keeps
import torch


@torch.no_grad()
def generate(model, count, device):
    z = torch.randn(count, model.latent_dim, device=device)
    return model.decode(z).view(count, 1, 28, 28).squeeze()
