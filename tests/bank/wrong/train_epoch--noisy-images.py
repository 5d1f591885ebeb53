# stub: train_epoch
# part: training
# misconception: epoch-input-changed
# why: noise on the input: a denoising autoencoder
import torch


def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total = 0.0
    for x, _ in loader:
        x = x.to(device)
        noisy = (x + 0.3 * torch.randn_like(x)).clamp(0, 1)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(noisy)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader.dataset)
