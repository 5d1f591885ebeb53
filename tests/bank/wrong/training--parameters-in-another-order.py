# stub: train_epoch
# part: training
# misconception: epoch-arguments-swapped
# why: optimizer before loss_function in the signature
# file: training.py
import torch

from vae.loss import loss_function


def train_epoch(model, loader, optimizer, loss_function, device):
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
    return total / len(loader.dataset)


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    return [train_epoch(model, loader, optimizer, loss_function, device) for _ in range(epochs)]
