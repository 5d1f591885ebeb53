# stub: train
# why: a scheduler whose factor is always one
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: 1.0)
    losses = []
    for _ in range(epochs):
        losses.append(train_epoch(model, loader, loss_function, optimizer, device))
        scheduler.step()
    return losses
