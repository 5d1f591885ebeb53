# stub: generate
# part: latent
# misconception: latent-output-altered
# why: (x + 1) / 2 although the decoder gives [0, 1]
# short-run: keeps
import torch


@torch.no_grad()
def generate(model, count, device):
    z = torch.randn(count, model.latent_dim, device=device)
    return ((model.decode(z) + 1) / 2).view(count, 1, 28, 28)
