# stub: generate
# part: latent
# misconception: input-edited
# why: freezes the caller's model to be rid of gradients
import torch


def generate(model, count, device):
    model.requires_grad_(False)
    z = torch.randn(count, model.latent_dim, device=device)
    return model.decode(z).view(count, 1, 28, 28)
