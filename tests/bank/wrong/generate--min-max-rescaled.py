# stub: generate
# part: latent
# misconception: latent-output-altered
# why: stretches the contrast to the full range
# short-run: keeps
import torch


@torch.no_grad()
def generate(model, count, device):
    z = torch.randn(count, model.latent_dim, device=device)
    images = model.decode(z)
    low, high = images.amin(dim=1, keepdim=True), images.amax(dim=1, keepdim=True)
    images = (images - low) / (high - low + 1e-8)
    return images.view(count, 1, 28, 28)
