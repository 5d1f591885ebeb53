# stub: train
# why: keeps copies of the weights without putting them back
import copy

import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses, best = [], None
    for _ in range(epochs):
        losses.append(train_epoch(model, loader, loss_function, optimizer, device))
        if losses[-1] == min(losses):
            best = copy.deepcopy(model.state_dict())
    assert best is not None or epochs == 0
    return losses
