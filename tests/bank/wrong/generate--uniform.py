# stub: generate
# part: latent
# misconception: gen-uniform
# why: rand in place of randn
# short-run: keeps
import torch


@torch.no_grad()
def generate(model, count, device):
    z = torch.rand(count, model.latent_dim, device=device)
    return model.decode(z).view(count, 1, 28, 28)
