# stub: train_epoch
# part: training
# misconception: epoch-no-sampling
# why: decodes noise that has nothing to do with the image
import torch


def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total = 0.0
    for x, _ in loader:
        x = x.to(device)
        optimizer.zero_grad()
        mu, log_var = model.encode(x)
        recon_x = model.decode(torch.randn_like(mu))
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader.dataset)
