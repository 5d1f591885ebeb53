# stub: generate
# why: Normal(0, 1).sample
import torch
from torch.distributions import Normal


@torch.no_grad()
def generate(model, count, device):
    z = Normal(0.0, 1.0).sample((count, model.latent_dim)).to(device)
    return torch.clamp(model.decode(z), 0, 1).view(count, 1, 28, 28)
