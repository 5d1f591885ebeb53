# stub: train_epoch
# part: training
# misconception: epoch-loss-rescaled
# why: clamps the reconstruction between the model and the loss
from collections.abc import Callable
import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.utils.data import DataLoader
from vae.loss import loss_function


def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total, count = 0.0, 0
    for batch, _ in loader:
        batch = batch.to(device)
        recon_x, mu, log_var = model(batch)
        recon_x = recon_x.clamp(0.01, 0.99)  # no log(0)
        loss = loss_function(recon_x, batch, mu, log_var)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
        count += batch.size(0)
    return total / count
