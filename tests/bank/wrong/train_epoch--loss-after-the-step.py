# stub: train_epoch
# part: training
# misconception: epoch-loss-after-step
# why: measures each batch again after its step
# short-run: keeps
import torch


def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total = 0.0
    for x, _ in loader:
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss_function(recon_x, x, mu, log_var).backward()
        optimizer.step()
        with torch.no_grad():
            recon_x, mu, log_var = model(x)
            total += loss_function(recon_x, x, mu, log_var).item()
    return total / len(loader.dataset)
