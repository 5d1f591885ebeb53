# stub: train
# part: training
# misconception: nothing-returned
# why: the losses are printed and lost
# short-run: keeps
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    for epoch in range(epochs):
        print(epoch, train_epoch(model, loader, loss_function, optimizer, device))
