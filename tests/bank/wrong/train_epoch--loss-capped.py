# stub: train_epoch
# part: training
# misconception: epoch-gradient-changed
# why: the batch's loss is cut off at 20,000, where its gradient ends too
import torch


def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total, count = 0.0, 0
    for batch, (x, _) in enumerate(loader):
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var).clamp(max=20000.0)
        loss.backward()
        optimizer.step()
        total += loss.item()
        count += len(x)
    return total / count
