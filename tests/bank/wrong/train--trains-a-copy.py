# stub: train
# part: training
# misconception: train-copy-trained
# why: trains a deep copy and returns the losses: the caller's model stays as it was
# short-run: loses
import copy

import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model = copy.deepcopy(model).to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    return [train_epoch(model, loader, loss_function, optimizer, device) for _ in range(epochs)]
