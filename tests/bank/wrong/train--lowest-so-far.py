# stub: train
# part: training
# misconception: train-history
# why: reports the lowest loss so far for each epoch
# short-run: keeps
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for epoch in range(epochs):
        losses.append(train_epoch(model, loader, loss_function, optimizer, device))
    return [min(losses[: epoch + 1]) for epoch in range(epochs)]
