# stub: train_epoch
# part: training
# misconception: epoch-no-step
# why: measures the loss and never learns
# short-run: loses
import torch


def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total = 0.0
    with torch.no_grad():
        for x, _ in loader:
            x = x.to(device)
            recon_x, mu, log_var = model(x)
            total += loss_function(recon_x, x, mu, log_var).item()
    return total / len(loader.dataset)
