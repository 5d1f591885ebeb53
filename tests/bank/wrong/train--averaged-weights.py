# stub: train
# part: training
# misconception: train-copy-trained
# why: leaves an average of the weights behind in place of the last ones
import copy

import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    average = copy.deepcopy(model)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        losses.append(train_epoch(model, loader, loss_function, optimizer, device))
        with torch.no_grad():
            for a, p in zip(average.parameters(), model.parameters()):
                a.lerp_(p, 0.5)
    model.load_state_dict(average.state_dict())
    return losses
