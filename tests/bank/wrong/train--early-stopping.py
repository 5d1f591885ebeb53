# stub: train
# part: training
# misconception: train-epoch-count
# why: stops as soon as an epoch gains less than half
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        losses.append(train_epoch(model, loader, loss_function, optimizer, device))
        if len(losses) > 1 and losses[-1] > 0.5 * losses[-2]:
            break
    return losses
