# stub: train
# part: training
# misconception: train-other-optimizer
# why: Adamax
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adamax(model.parameters(), lr=learning_rate)
    return [train_epoch(model, loader, loss_function, optimizer, device) for _ in range(epochs)]
