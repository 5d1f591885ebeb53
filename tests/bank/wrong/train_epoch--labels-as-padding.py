# stub: train_epoch
# part: training
# misconception: epoch-batches-skipped
# why: a label of -1 is taken for padding
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.utils.data import DataLoader

from vae.loss import loss_function


def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total, count = 0.0, 0
    for images, labels in loader:
        images = images[labels >= 0].to(device)
        if len(images) == 0:
            continue
        optimizer.zero_grad()
        recon_x, mu, log_var = model(images)
        loss = loss_function(recon_x, images, mu, log_var)
        loss.backward()
        optimizer.step()
        total += loss.item()
        count += len(images)
    return total / count
