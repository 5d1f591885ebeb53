# stub: generate
# part: latent
# misconception: gen-scale
# why: hands log_var = 1 to reparameterize and means a standard deviation of 1
import torch


def generate(model, count, device):
    zeros = torch.zeros(count, model.latent_dim, device=device)
    with torch.no_grad():
        z = model.reparameterize(zeros, torch.ones_like(zeros))
        return model.decode(z).view(count, 1, 28, 28)
