# stub: train
# part: training
# misconception: train-optimizer-settings
# why: maximize=True climbs the negative ELBO
# short-run: loses
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate, maximize=True)
    return [train_epoch(model, loader, loss_function, optimizer, device) for _ in range(epochs)]
