# stub: train_epoch
# part: training
# misconception: epoch-batches-skipped
# why: two halves of equal size: the odd image is lost
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
        half = max(len(batch) // 2, 1)
        optimizer.zero_grad()
        for part in (batch[:half], batch[half : 2 * half]):
            if len(part) == 0:
                continue
            recon_x, mu, log_var = model(part)
            loss = loss_function(recon_x, part, mu, log_var)
            loss.backward()
            total += loss.item()
            count += len(part)
        optimizer.step()
    return total / count
