# stub: train
# part: training
# misconception: train-learning-rate
# why: the number of epochs is the learning rate
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=epochs)
    return [train_epoch(model, loader, loss_function, optimizer, device) for _ in range(epochs)]
