# stub: train
# part: training
# misconception: train-learning-rate
# why: always 0.001, whatever was asked
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    return [train_epoch(model, loader, loss_function, optimizer, device) for _ in range(epochs)]
