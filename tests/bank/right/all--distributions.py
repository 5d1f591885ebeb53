# stub: reparameterize, reconstruction_loss, kl_divergence, loss_function, train_epoch, train, generate, interpolate, restore
# why: a whole solution by torch.distributions
import torch
from torch import distributions as dist


def posterior(mu, log_var):
    return dist.Normal(mu, torch.exp(0.5 * log_var), validate_args=False)


def prior_like(mu):
    return dist.Normal(torch.zeros_like(mu), torch.ones_like(mu), validate_args=False)


def reparameterize(self, mu, log_var):
    return posterior(mu, log_var).rsample()


def reconstruction_loss(recon_x, x):
    likelihood = dist.Bernoulli(probs=recon_x, validate_args=False)
    return -likelihood.log_prob(x.reshape(recon_x.shape)).sum()


def kl_divergence(mu, log_var):
    return dist.kl_divergence(posterior(mu, log_var), prior_like(mu)).sum()


def loss_function(recon_x, x, mu, log_var):
    return reconstruction_loss(recon_x, x) + kl_divergence(mu, log_var)


def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    nats = 0.0
    for x, _ in loader:
        x = x.to(device)
        negative_elbo = loss_function(*with_target(model(x), x))
        optimizer.zero_grad()
        negative_elbo.backward()
        optimizer.step()
        nats += negative_elbo.item()
    return nats / len(loader.dataset)


def with_target(outputs, x):
    recon_x, mu, log_var = outputs
    return recon_x, x, mu, log_var


def train(model, loader, epochs, learning_rate, device):
    import vae.loss

    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    return [train_epoch(model, loader, vae.loss.loss_function, optimizer, device) for _ in range(epochs)]


@torch.no_grad()
def generate(model, count, device):
    origin = torch.zeros(count, model.latent_dim, device=device)
    return model.decode(prior_like(origin).sample()).view(-1, 1, 28, 28)


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    a = posterior(*model.encode(x_start)).mean
    b = posterior(*model.encode(x_end)).mean
    t = torch.linspace(0, 1, steps, device=a.device)[:, None]
    return model.decode(torch.lerp(a, b, t)).view(-1, 1, 28, 28)


@torch.no_grad()
def restore(model, x, known, iterations):
    seen = known > 0
    image = torch.where(seen, x, x.new_tensor(0.5))
    for _ in range(iterations):
        mean = posterior(*model.encode(image)).mean
        image = torch.where(seen, x, model.decode(mean).view_as(x))
    return image
