# stub: train_epoch
# part: training
# misconception: epoch-own-optimizer
# why: a new Adam for every batch has no memory
import torch


def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    rate = optimizer.param_groups[0]["lr"]
    total = 0.0
    for x, _ in loader:
        x = x.to(device)
        optimizer = torch.optim.Adam(model.parameters(), lr=rate)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader.dataset)
