# stub: train
# part: training
# misconception: train-epoch-count
# why: one epoch more than it reports, as a warm-up
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    train_epoch(model, loader, loss_function, optimizer, device)  # warm-up
    return [train_epoch(model, loader, loss_function, optimizer, device) for _ in range(epochs)]
