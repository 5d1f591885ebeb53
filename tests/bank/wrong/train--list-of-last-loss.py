# stub: train
# part: training
# misconception: train-history
# why: the list is made anew in every epoch
# short-run: keeps
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    for _ in range(epochs):
        losses = []
        losses.append(train_epoch(model, loader, loss_function, optimizer, device))
    return losses
