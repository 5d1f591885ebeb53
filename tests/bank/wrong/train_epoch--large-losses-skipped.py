# stub: train_epoch
# part: training
# misconception: epoch-batches-skipped
# why: batches with a large loss are taken for outliers
# short-run: keeps
import torch


def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total, count = 0.0, 0
    for batch, (x, _) in enumerate(loader):
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        if loss.item() > 1000 * len(x):
            continue
        loss.backward()
        optimizer.step()
        total += loss.item()
        count += len(x)
    return total / count
