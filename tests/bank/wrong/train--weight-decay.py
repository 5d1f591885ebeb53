# stub: train
# part: training
# misconception: train-optimizer-settings
# why: a weight decay of 0.01 inside Adam's moments
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate, weight_decay=0.01)
    return [train_epoch(model, loader, loss_function, optimizer, device) for _ in range(epochs)]
