# stub: train_epoch
# part: training
# misconception: epoch-own-optimizer
# why: subtracts lr * grad by hand in place of optimizer.step()
import torch


def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    rate = optimizer.param_groups[0]["lr"]
    total = 0.0
    for x, _ in loader:
        x = x.to(device)
        model.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= rate * p.grad
        total += loss.item()
    return total / len(loader.dataset)
