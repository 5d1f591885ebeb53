# stub: train
# part: training
# misconception: training-noise-repeated
# why: a seed at the beginning of every epoch
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
        torch.manual_seed(0)
        history.append(train_epoch(model, loader, loss_function, optimizer, device))
    return history
