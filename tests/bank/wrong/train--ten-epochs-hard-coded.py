# stub: train
# part: training
# misconception: train-epoch-count
# why: always ten epochs
import torch

from vae.loss import loss_function

EPOCHS = 10


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    return [train_epoch(model, loader, loss_function, optimizer, device) for _ in range(EPOCHS)]
