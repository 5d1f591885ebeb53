# stub: train_epoch, train
# why: a file of its own, trial code under __main__, an evaluation besides
# file: training.py
"""Training of the VAE."""
from __future__ import annotations

import time
from typing import Callable

import torch
from torch.utils.data import DataLoader
from tqdm import trange

from vae.loss import loss_function as elbo_loss
from vae.model import VAE


def train_epoch(model, loader: DataLoader, loss_function: Callable, optimizer, device) -> float:
    begin = time.perf_counter()
    model.train()
    total = 0.0
    for x, _ in loader:
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        total += loss.item()
    print(f"{time.perf_counter() - begin:.1f} s")
    return total / len(loader.dataset)


def evaluate(model, loader, device) -> float:
    model.eval()
    total = 0.0
    with torch.inference_mode():
        for x, _ in loader:
            x = x.to(device)
            recon_x, mu, log_var = model(x)
            total += elbo_loss(recon_x, x, mu, log_var).item()
    return total / len(loader.dataset)


def train(model, loader, epochs: int, learning_rate: float, device) -> list[float]:
    model = model.to(device)
    adam = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses: list[float] = []
    for _ in trange(epochs, disable=True):
        losses.append(train_epoch(model, loader, elbo_loss, adam, device))
    return losses


if __name__ == "__main__":
    print(VAE())
