# stub: train
# part: training
# misconception: train-copy-trained
# why: goes back to the weights after the epoch with the lowest loss
import copy
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
    best, best_state = float("inf"), None
    for epoch in range(epochs):
        history.append(train_epoch(model, loader, loss_function, optimizer, device))
        if history[-1] < best:
            best = history[-1]
            best_state = copy.deepcopy(model.state_dict())
    if best_state is not None:
        model.load_state_dict(best_state)
    return history
