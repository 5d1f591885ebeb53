# stub: reparameterize, reconstruction_loss, kl_divergence, loss_function, train_epoch, train, generate, interpolate, restore
# why: a whole solution with a loop wherever one is possible
import math

import torch


def reparameterize(self, mu, log_var):
    out = []
    for i in range(mu.shape[0]):
        eps = torch.randn(mu.shape[1], device=mu.device)
        out.append(mu[i] + torch.exp(log_var[i] / 2) * eps)
    return torch.stack(out, dim=0)


def reconstruction_loss(recon_x, x):
    total = 0
    for p, t in zip(recon_x, x):
        p = p.clamp(1e-7, 1 - 1e-7)
        t = t.reshape(-1)
        total = total - (t * torch.log(p) + (1 - t) * torch.log(1 - p)).sum()
    return total


def kl_divergence(mu, log_var):
    total = 0
    for d in range(mu.shape[1]):
        m, lv = mu[:, d], log_var[:, d]
        total = total + (0.5 * (torch.exp(lv) + m * m - 1 - lv)).sum()
    return total


def loss_function(recon_x, x, mu, log_var):
    total = 0
    for term in (reconstruction_loss(recon_x, x), kl_divergence(mu, log_var)):
        total = total + term
    return total


def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    losses = []
    images = 0
    for batch in loader:
        x = batch[0].to(device)
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        images += len(batch[0])
    return math.fsum(losses) / images


def train(model, loader, epochs, learning_rate, device):
    from .loss import loss_function

    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        losses.append(train_epoch(model, loader, loss_function, optimizer, device))
    return losses


def generate(model, count, device):
    images = torch.empty(count, 1, 28, 28, device=device)
    with torch.no_grad():
        for i in range(count):
            z = torch.randn(1, model.latent_dim, device=device)
            images[i] = model.decode(z).view(1, 28, 28)
    return images


def interpolate(model, x_start, x_end, steps):
    images = []
    with torch.no_grad():
        a = model.encode(x_start)[0]
        b = model.encode(x_end)[0]
        for i in range(steps):
            t = i / (steps - 1)
            images.append(model.decode((1 - t) * a + t * b).view(1, 1, 28, 28))
    return torch.cat(images, dim=0)


def restore(model, x, known, iterations):
    results = []
    with torch.no_grad():
        for one, mask in zip(x.split(1), known.split(1)):
            image = one * mask + 0.5 * (1 - mask)
            for _ in range(iterations):
                recon = model.decode(model.encode(image)[0]).view(1, 1, 28, 28)
                image = one * mask + recon * (1 - mask)
            results.append(image)
    return torch.cat(results)
