# stub: generate
# why: decodes with a deep copy and leaves the model's mode alone
import copy

import torch


@torch.no_grad()
def generate(model, count, device):
    twin = copy.deepcopy(model).eval()
    z = torch.randn(count, twin.latent_dim, device=device)
    return twin.decode(z).view(count, 1, 28, 28).contiguous()
