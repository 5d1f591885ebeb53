# stub: train
# part: training
# misconception: train-history
# why: losses divided by the first
# short-run: keeps
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = [train_epoch(model, loader, loss_function, optimizer, device) for _ in range(epochs)]
    return [loss / losses[0] for loss in losses]
