# stub: train
# part: training
# misconception: train-other-optimizer
# why: gradient descent with momentum
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate * 1e-3, momentum=0.9)
    return [train_epoch(model, loader, loss_function, optimizer, device) for _ in range(epochs)]
