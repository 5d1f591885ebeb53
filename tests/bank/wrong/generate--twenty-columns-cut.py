# stub: generate
# part: latent
# misconception: hard-coded-size
# why: twenty columns are drawn and cut: too few where latent_dim is larger
import torch


@torch.no_grad()
def generate(model, count, device):
    z = torch.randn(count, 20, device=device)[:, : model.latent_dim]
    return model.decode(z).reshape(count, 1, 28, 28)
