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
    losses, sizes = [], []
    for batch in loader:
        for piece in batch[0].to(device).split(64):
            optimizer.zero_grad()
            outputs = model(piece)
            value = loss_function(outputs[0], piece, *outputs[1:])
            value.backward()
            optimizer.step()
            losses.append(value.item())
            sizes.append(len(piece))
    return sum(losses) / sum(sizes)
