# stub: train_epoch
# part: training
# misconception: epoch-gradient-changed
# why: clips every gradient to [-0.1, 0.1]
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
        torch.nn.utils.clip_grad_value_(model.parameters(), 0.1)
        optimizer.step()
        total += loss.item()
    return total / len(loader.dataset)
