# stub: train_epoch
# why: a gradient scaler that does nothing on a CPU
import torch


def train_epoch(model, loader, loss_function, optimizer, device):
    scaler = torch.amp.GradScaler("cpu", enabled=False)
    model.train()
    total = 0.0
    for x, _ in loader:
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        total += loss.item()
    return total / len(loader.dataset)
