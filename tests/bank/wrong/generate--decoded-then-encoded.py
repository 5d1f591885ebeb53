# stub: generate
# part: latent
# misconception: gen-posterior
# why: sends each sample once more through the model
# short-run: keeps
import torch


@torch.no_grad()
def generate(model, count, device):
    z = torch.randn(count, model.latent_dim, device=device)
    images = model.decode(z)
    mu, _ = model.encode(images)
    return model.decode(mu).view(count, 1, 28, 28)
