# stub: generate
# part: latent
# misconception: gen-repeated
# why: the generator's state is put back: the next call draws the same codes
import torch


@torch.no_grad()
def generate(model, count, device):
    with torch.random.fork_rng():  # plotting must not disturb the training's random numbers
        z = torch.randn(count, model.latent_dim, device=device)
    return model.decode(z).view(count, 1, 28, 28)
