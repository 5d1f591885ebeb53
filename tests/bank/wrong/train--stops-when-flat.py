# stub: train
# part: training
# misconception: train-epoch-count
# why: stops where the loss hardly changes
from collections.abc import Callable
import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.utils.data import DataLoader
from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    history = []
    for epoch in range(epochs):
        history.append(train_epoch(model, loader, loss_function, optimizer, device))
        if epoch > 0 and abs(history[-2] - history[-1]) < 1e-2:
            break  # converged
    return history
