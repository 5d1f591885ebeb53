# stub: generate
# why: no no_grad, but detached in the end
import torch


def generate(model, count, device):
    z = torch.randn((count, model.latent_dim), device=device)
    return model.decode(z).detach().view(-1, 1, 28, 28)
