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
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    history = []
    batches = [(images.to(device), labels) for images, labels in loader]
    for epoch in range(epochs):
        model.train()
        total, count = 0.0, 0
        for images, _ in batches:
            images = images.to(device)
            recon_x, mu, log_var = model(images)
            loss = loss_function(recon_x, images, mu, log_var)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
            count += images.size(0)
        history.append(total / count)
    return history
