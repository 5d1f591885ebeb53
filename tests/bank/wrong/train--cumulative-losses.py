# stub: train
# part: training
# misconception: train-history
# why: every entry is the sum of all epochs so far
# short-run: keeps
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses, total = [], 0.0
    for _ in range(epochs):
        total += train_epoch(model, loader, loss_function, optimizer, device)
        losses.append(total)
    return losses
