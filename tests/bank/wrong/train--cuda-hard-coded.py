# stub: train
# part: training
# misconception: hard-coded-device
# why: model.cuda() whatever device was asked
# short-run: loses
# expect: error
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.cuda()
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    return [train_epoch(model, loader, loss_function, optimizer, "cuda") for _ in range(epochs)]
