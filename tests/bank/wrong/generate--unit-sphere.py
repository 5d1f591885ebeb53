# stub: generate
# part: latent
# misconception: gen-scale
# why: codes scaled to length one
# short-run: keeps
import torch
import torch.nn.functional as F


@torch.no_grad()
def generate(model, count, device):
    z = F.normalize(torch.randn(count, model.latent_dim, device=device), dim=1)
    return model.decode(z).view(count, 1, 28, 28)
