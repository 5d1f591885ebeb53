# stub: train
# why: imports the two terms and adds them in its own loop
import torch

from vae.loss import kl_divergence, reconstruction_loss


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    history = []
    for _ in range(epochs):
        model.train()
        rec_sum = kl_sum = 0.0
        for x, _labels in loader:
            x = x.to(device)
            optimizer.zero_grad()
            recon_x, mu, log_var = model(x)
            rec, kl = reconstruction_loss(recon_x, x), kl_divergence(mu, log_var)
            (rec + kl).backward()
            optimizer.step()
            rec_sum += rec.item()
            kl_sum += kl.item()
        history.append((rec_sum + kl_sum) / len(loader.dataset))
    return history
