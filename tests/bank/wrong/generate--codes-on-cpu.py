# stub: generate
# part: latent
# misconception: hard-coded-device
# why: the codes lie on the CPU wherever the model lies
# short-run: keeps
import torch


@torch.no_grad()
def generate(model, count, device):
    z = torch.randn(count, model.latent_dim)
    return model.decode(z).view(count, 1, 28, 28)
