# stub: train_epoch
# part: training
# misconception: epoch-own-optimizer
# why: makes its own Adam and ignores the one passed in
import torch


def train_epoch(model, loader, loss_function, optimizer, device):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    model.train()
    total = 0.0
    for x, _ in loader:
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader.dataset)
