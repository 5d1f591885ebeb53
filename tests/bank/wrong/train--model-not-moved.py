# stub: train
# part: training
# misconception: hard-coded-device
# why: forgets model.to(device)
# short-run: keeps
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    return [train_epoch(model, loader, loss_function, optimizer, device) for _ in range(epochs)]
