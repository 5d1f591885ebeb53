# stub: train_epoch
# why: batch means weighted by batch size, by numpy
import numpy as np


def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    means, sizes = [], []
    for x, _ in loader:
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        means.append(loss.item() / len(x))
        sizes.append(len(x))
    return float(np.average(means, weights=sizes))
