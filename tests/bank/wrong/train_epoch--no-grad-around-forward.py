# stub: train_epoch
# part: training
# misconception: crashes-when-called
# why: the forward pass stands inside no_grad: backward has nothing to do
# short-run: loses
# expect: error
import torch


def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total = 0.0
    for x, _ in loader:
        x = x.to(device)
        optimizer.zero_grad()
        with torch.no_grad():
            recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader.dataset)
