# stub: train_epoch
# part: training
# misconception: epoch-loss-rescaled
# why: a loss below 0 is taken for a mistake
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
        loss = loss_function(recon_x, batch, mu, log_var).clamp(min=0)  # a loss is never negative
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
        count += batch.size(0)
    return total / count
