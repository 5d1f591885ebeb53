# stub: generate
# part: latent
# misconception: gen-scale
# why: codes are cut off at three standard deviations
import torch


def generate(model, count, device):
    with torch.no_grad():
        z = torch.randn(count, model.latent_dim, device=device).clamp(-3, 3)
        return model.decode(z).view(count, 1, 28, 28)
