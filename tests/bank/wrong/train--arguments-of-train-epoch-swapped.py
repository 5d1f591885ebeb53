# stub: train
# part: training
# misconception: crashes-when-called
# why: optimizer and loss_function change places in the call
# short-run: loses
# expect: error
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    return [train_epoch(model, loader, optimizer, loss_function, device) for _ in range(epochs)]
