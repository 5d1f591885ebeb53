# stub: generate
# part: latent
# misconception: gen-scale
# why: a single image is decoded from the prior's mean
import torch


@torch.no_grad()
def generate(model, count, device):
    codes = torch.randn(count, model.latent_dim, device=device)
    if count == 1:
        codes = torch.zeros_like(codes)
    pictures = model.decode(codes)
    return pictures.reshape(count, 1, 28, 28)
