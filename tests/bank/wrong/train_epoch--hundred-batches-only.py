# stub: train_epoch
# part: training
# misconception: epoch-batches-skipped
# why: a break after a hundred batches was left in from a first trial
# short-run: keeps
import torch


def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total, count = 0.0, 0
    for batch, (x, _) in enumerate(loader):
        if batch == 100:
            break
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        total += loss.item()
        count += len(x)
    return total / count
