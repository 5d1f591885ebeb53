# stub: train_epoch, train
# part: training
# misconception: file-does-not-import
# why: input() at the top of the file waits for nobody
# file: training.py
# short-run: loses
# expect: error
import torch

from vae.loss import loss_function

BATCH = int(input("batch size? "))


def train_epoch(model, loader, loss_function, optimizer, device):
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
    return [train_epoch(model, loader, loss_function, optimizer, device) for _ in range(epochs)]
