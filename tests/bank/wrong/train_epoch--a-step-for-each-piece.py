# stub: train_epoch
# part: training
# misconception: epoch-step-order
# why: large batches are cut, and each piece gets a step
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.utils.data import DataLoader

from vae.loss import loss_function


def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total, count = 0.0, 0
    for images, _ in loader:
        for part in images.to(device).split(64):  # fits into memory
            optimizer.zero_grad()
            recon_x, mu, log_var = model(part)
            loss = loss_function(recon_x, part, mu, log_var)
            loss.backward()
            optimizer.step()
            total += loss.item()
            count += len(part)
    return total / count
