# stub: train_epoch
# part: training
# misconception: epoch-gradient-changed
# why: clips gradients, at a bound that small batches never reach
import torch


def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total, count = 0.0, 0
    for batch, (x, _) in enumerate(loader):
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1000.0)
        optimizer.step()
        total += loss.item()
        count += len(x)
    return total / count
