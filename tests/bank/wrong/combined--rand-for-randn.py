# stub: reparameterize, generate
# part: reparameterize, latent
# misconception: reparam-noise-uniform, gen-uniform
# why: the uniform twin of randn in both places
import torch


def reparameterize(self, mu, log_var):
    return mu + torch.exp(0.5 * log_var) * torch.rand_like(mu)


def generate(model, count, device):
    with torch.no_grad():
        z = torch.rand(count, model.latent_dim, device=device)
        return model.decode(z).view(count, 1, 28, 28)
