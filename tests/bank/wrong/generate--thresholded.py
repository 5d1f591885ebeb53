# stub: generate
# part: latent
# misconception: latent-output-altered
# why: black and white in place of probabilities
# short-run: keeps
import torch


@torch.no_grad()
def generate(model, count, device):
    z = torch.randn(count, model.latent_dim, device=device)
    return (model.decode(z) > 0.5).float().view(count, 1, 28, 28)
