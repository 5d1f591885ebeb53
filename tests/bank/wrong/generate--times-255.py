# stub: generate
# part: latent
# misconception: latent-output-altered
# why: grey values from 0 to 255
# short-run: keeps
import torch


@torch.no_grad()
def generate(model, count, device):
    z = torch.randn(count, model.latent_dim, device=device)
    return 255 * model.decode(z).view(count, 1, 28, 28)
