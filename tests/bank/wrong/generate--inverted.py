# stub: generate
# part: latent
# misconception: latent-output-altered
# why: black on white
# short-run: keeps
import torch


@torch.no_grad()
def generate(model, count, device):
    z = torch.randn(count, model.latent_dim, device=device)
    return 1 - model.decode(z).view(count, 1, 28, 28)
