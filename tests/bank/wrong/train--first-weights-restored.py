# stub: train
# part: training
# misconception: train-copy-trained
# why: puts back the best weights, but best_loss began at 0: these are the ones before training
# short-run: loses
import copy

import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    best, best_loss = copy.deepcopy(model.state_dict()), 0.0
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        losses.append(train_epoch(model, loader, loss_function, optimizer, device))
        if losses[-1] < best_loss:
            best, best_loss = copy.deepcopy(model.state_dict()), losses[-1]
    model.load_state_dict(best)
    return losses
