# stub: train
# part: training
# misconception: train-epoch-count
# why: range(1, epochs)
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(1, epochs):
        losses.append(train_epoch(model, loader, loss_function, optimizer, device))
    return losses
