# stub: reparameterize, generate
# part: reparameterize, latent
# misconception: reparam-noise-reused, gen-repeated
# why: manual_seed wherever something is random
import torch


def reparameterize(self, mu, log_var):
    torch.manual_seed(1234)
    return mu + torch.exp(0.5 * log_var) * torch.randn_like(mu)


def generate(model, count, device):
    torch.manual_seed(1234)
    with torch.no_grad():
        z = torch.randn(count, model.latent_dim).to(device)
        return model.decode(z).view(count, 1, 28, 28)
