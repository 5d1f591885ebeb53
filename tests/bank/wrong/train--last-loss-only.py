# stub: train
# part: training
# misconception: train-history
# why: returns the last number
# short-run: keeps
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    for _ in range(epochs):
        loss = train_epoch(model, loader, loss_function, optimizer, device)
    return loss
