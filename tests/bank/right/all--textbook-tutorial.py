# stub: reparameterize, reconstruction_loss, kl_divergence, loss_function, train_epoch, train, generate, interpolate, restore
# why: a whole solution in the style of a well-known tutorial
import torch
from torch.nn import functional as F


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    eps = torch.randn_like(std)
    return mu + eps * std


def reconstruction_loss(recon_x, x):
    return F.binary_cross_entropy(recon_x, x.view(-1, 784), reduction="sum")


def kl_divergence(mu, log_var):
    return -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())


def loss_function(recon_x, x, mu, log_var):
    BCE = reconstruction_loss(recon_x, x)
    KLD = kl_divergence(mu, log_var)
    return BCE + KLD


def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    train_loss = 0
    for batch_idx, (data, _) in enumerate(loader):
        data = data.to(device)
        optimizer.zero_grad()
        recon_batch, mu, logvar = model(data)
        loss = loss_function(recon_batch, data, mu, logvar)
        loss.backward()
        train_loss += loss.item()
        optimizer.step()
        if batch_idx % 10 == 0:
            done = batch_idx * len(data)
            print(f"[{done}/{len(loader.dataset)}] loss: {loss.item() / len(data):.6f}")
    print(f"====> Average loss: {train_loss / len(loader.dataset):.4f}")
    return train_loss / len(loader.dataset)


def train(model, loader, epochs, learning_rate, device):
    from vae.loss import loss_function

    model = model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    result = []
    for epoch in range(1, epochs + 1):
        result.append(train_epoch(model, loader, loss_function, optimizer, device))
    return result


def generate(model, count, device):
    with torch.no_grad():
        sample = torch.randn(count, model.latent_dim).to(device)
        sample = model.decode(sample)
    return sample.view(count, 1, 28, 28)


def interpolate(model, x_start, x_end, steps):
    with torch.no_grad():
        z1, _ = model.encode(x_start)
        z2, _ = model.encode(x_end)
        images = [model.decode((1 - t) * z1 + t * z2) for t in torch.linspace(0, 1, steps).tolist()]
    return torch.cat(images).view(steps, 1, 28, 28)


def restore(model, x, known, iterations):
    with torch.no_grad():
        filled = x * known + 0.5 * (1 - known)
        for i in range(iterations):
            mu, _ = model.encode(filled)
            out = model.decode(mu).view(-1, 1, 28, 28)
            filled = x * known + out * (1 - known)
    return filled
