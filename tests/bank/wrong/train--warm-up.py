# stub: train
# part: training
# misconception: train-schedule
# why: starts with a tenth of the rate
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for epoch in range(epochs):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate * min(1.0, (epoch + 1) / 10)
        losses.append(train_epoch(model, loader, loss_function, optimizer, device))
    return losses
