# stub: train_epoch
# part: training
# misconception: epoch-returns-tensor
# why: a numpy float32 is no Python float
# short-run: keeps
import numpy as np


def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    losses = []
    for x, _ in loader:
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        losses.append(loss.detach().cpu().numpy())
    return np.float32(np.sum(losses) / len(loader.dataset))
