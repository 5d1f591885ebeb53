# stub: train
# part: training
# misconception: train-history
# why: insert(0, ...) turns the order round
# short-run: keeps
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        losses.insert(0, train_epoch(model, loader, loss_function, optimizer, device))
    return losses
