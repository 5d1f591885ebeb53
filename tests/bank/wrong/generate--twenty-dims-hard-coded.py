# stub: generate
# part: latent
# misconception: hard-coded-size
# why: codes of 20 dimensions whatever the model has
# short-run: keeps
import torch


@torch.no_grad()
def generate(model, count, device):
    z = torch.randn(count, 20, device=device)
    return model.decode(z).view(count, 1, 28, 28)
