# stub: train
# part: training
# misconception: train-epoch-count
# why: the loader is read once and its batches are used again: never shuffled anew
from collections.abc import Callable
import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.utils.data import DataLoader
from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    adam = torch.optim.Adam(model.parameters(), lr=learning_rate)
    kept = [pair[0].to(device) for pair in loader]
    history = []
    for _ in range(epochs):
        model.train()
        summed = 0.0
        for batch in kept:
            adam.zero_grad()
            reconstructed, *codes = model(batch)
            value = loss_function(reconstructed, batch, *codes)
            value.backward()
            adam.step()
            summed += value.item()
        history.append(summed / sum(map(len, kept)))
    return history
