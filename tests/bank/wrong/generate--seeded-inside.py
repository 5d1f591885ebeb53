# stub: generate
# part: latent
# misconception: gen-repeated
# why: manual_seed inside: the same images at every call
# short-run: keeps
import torch


@torch.no_grad()
def generate(model, count, device):
    torch.manual_seed(0)
    z = torch.randn(count, model.latent_dim).to(device)
    return model.decode(z).view(count, 1, 28, 28)
