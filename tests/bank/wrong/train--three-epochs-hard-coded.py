# stub: train
# part: training
# misconception: train-epoch-count
# why: always three epochs
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for epoch in range(3):
        losses.append(train_epoch(model, loader, loss_function, optimizer, device))
    return losses
