# stub: train_epoch
# why: the mean is a numpy.float64, which is a float; a bar for notebooks
import numpy as np
from tqdm.notebook import tqdm


def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    losses = []
    for x, _ in tqdm(loader, desc="epoch", leave=False):
        x = x.to(device)
        optimizer.zero_grad()
        loss = loss_function(*_parts(model, x))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return np.sum(losses) / len(loader.dataset)


def _parts(model, x):
    recon_x, mu, log_var = model(x)
    return recon_x, x, mu, log_var
