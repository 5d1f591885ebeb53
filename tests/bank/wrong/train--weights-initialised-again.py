# stub: train
# part: training
# misconception: train-copy-trained
# why: every Linear layer is initialised again before training
import torch
from torch import nn

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    for layer in model.modules():
        if isinstance(layer, nn.Linear):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    return [train_epoch(model, loader, loss_function, optimizer, device) for _ in range(epochs)]
