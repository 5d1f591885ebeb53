# stub: train
# part: training
# misconception: train-epoch-count
# why: stops once the loss has risen
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for epoch in range(epochs):
        losses.append(train_epoch(model, loader, loss_function, optimizer, device))
        if epoch > 0 and losses[-1] > losses[-2]:
            break
    return losses
