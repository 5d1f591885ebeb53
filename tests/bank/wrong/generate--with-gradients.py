# stub: generate
# part: latent
# misconception: latent-gradients
# why: no no_grad: the images drag the graph along
# short-run: keeps
import torch


def generate(model, count, device):
    z = torch.randn(count, model.latent_dim, device=device)
    return model.decode(z).view(count, 1, 28, 28)
