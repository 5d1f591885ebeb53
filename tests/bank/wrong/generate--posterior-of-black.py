# stub: generate
# part: latent
# misconception: gen-posterior
# why: samples around the code of a black image
# short-run: keeps
import torch


@torch.no_grad()
def generate(model, count, device):
    mu, log_var = model.encode(torch.zeros(count, 1, 28, 28, device=device))
    z = model.reparameterize(mu, log_var)
    return model.decode(z).view(count, 1, 28, 28)
