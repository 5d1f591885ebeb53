# stub: train_epoch
# part: training
# misconception: epoch-gradient-changed
# why: shrinks the weights after every step
import torch


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
        with torch.no_grad():
            for p in model.parameters():
                p.mul_(0.99)
        total += loss.item()
    return total / len(loader.dataset)
