# stub: train
# part: training
# misconception: hard-coded-device
# why: "cpu" in place of the device that was asked
# short-run: keeps
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to("cpu")
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    return [train_epoch(model, loader, loss_function, optimizer, "cpu") for _ in range(epochs)]
