# stub: train_epoch, train
# part: training
# misconception: file-does-not-import
# why: a notebook's lines with % and ! are no Python
# file: training.py
# short-run: loses
# expect: error
%matplotlib inline
!pip install torch

import torch

from vae.loss import loss_function


def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total = 0.0
    for x, _ in loader:
        x = x.to(device)
        optimizer.zero_grad()
        loss = loss_function(*model(x))
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader.dataset)
