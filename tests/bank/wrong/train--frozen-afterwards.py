# stub: train
# part: training
# misconception: part-of-model-frozen
# why: the trained model is frozen at the end
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.utils.data import DataLoader

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for epoch in range(epochs):
        losses.append(train_epoch(model, loader, loss_function, optimizer, device))
    model.requires_grad_(False)
    return losses
