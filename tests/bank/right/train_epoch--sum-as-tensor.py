# stub: train_epoch
# why: sums detached tensors and converts once
import torch


def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total = torch.zeros((), dtype=torch.float64)
    for x, _ in loader:
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        total += loss.detach().double().cpu()
    return (total / len(loader.dataset)).item()
