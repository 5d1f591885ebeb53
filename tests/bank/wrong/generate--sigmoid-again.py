# stub: generate
# part: latent
# misconception: latent-output-altered
# why: a second sigmoid: no pixel below one half
# short-run: keeps
import torch


@torch.no_grad()
def generate(model, count, device):
    z = torch.randn(count, model.latent_dim, device=device)
    return torch.sigmoid(model.decode(z)).view(count, 1, 28, 28)
