# stub: train
# part: training
# misconception: train-optimizer-renewed
# why: a new Adam every epoch forgets its moments
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    losses = []
    for _ in range(epochs):
        optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
        losses.append(train_epoch(model, loader, loss_function, optimizer, device))
    return losses
