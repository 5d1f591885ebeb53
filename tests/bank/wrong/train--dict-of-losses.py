# stub: train
# part: training
# misconception: train-history
# why: a dictionary with an entry for each epoch
# short-run: keeps
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    return {e: train_epoch(model, loader, loss_function, optimizer, device) for e in range(epochs)}
