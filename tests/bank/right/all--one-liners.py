# stub: reparameterize, reconstruction_loss, kl_divergence, loss_function, generate, interpolate
# why: as short as it gets
import torch

reparameterize_noise = torch.randn_like


def reparameterize(self, mu, log_var):
    return mu + (log_var / 2).exp() * reparameterize_noise(mu)


def reconstruction_loss(recon_x, x):
    return torch.nn.BCELoss(reduction="sum")(recon_x, x.view_as(recon_x))


def kl_divergence(mu, log_var):
    return (mu**2 + log_var.exp() - log_var - 1).sum() / 2


def loss_function(recon_x, x, mu, log_var):
    return reconstruction_loss(recon_x, x) + kl_divergence(mu, log_var)


def generate(model, count, device):
    return model.decode(torch.randn(count, model.latent_dim, device=device)).detach().view(-1, 1, 28, 28)


def interpolate(model, x_start, x_end, steps):
    a, b = (model.encode(x)[0].detach() for x in (x_start, x_end))
    t = torch.linspace(0, 1, steps, device=a.device)[:, None]
    return model.decode(a + t * (b - a)).detach().view(-1, 1, 28, 28)
