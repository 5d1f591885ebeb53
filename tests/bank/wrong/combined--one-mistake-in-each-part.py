# stub: reparameterize, kl_divergence, train_epoch, interpolate
# part: reparameterize, loss, training, latent
# misconception: reparam-var-as-std, kl-missing-half, epoch-mean-of-batch-means, interp-endpoints
# why: a missing half, a forgotten half in the exponent, a mean of batch means and a last point that is missing
import torch


def reparameterize(self, mu, log_var):
    return mu + torch.exp(log_var) * torch.randn_like(mu)


def kl_divergence(mu, log_var):
    return torch.sum(mu.pow(2) + log_var.exp() - 1 - log_var)


def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total = 0.0
    for x, _ in loader:
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        total += loss.item() / len(x)
    return total / len(loader)


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    a, _ = model.encode(x_start)
    b, _ = model.encode(x_end)
    t = torch.arange(steps, device=a.device).unsqueeze(1) / steps
    return model.decode(a + t * (b - a)).view(-1, 1, 28, 28)
