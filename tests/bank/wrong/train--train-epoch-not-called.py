# stub: train
# part: training
# misconception: nothing-returned
# why: makes the optimiser and an empty list and stops there
# short-run: loses
import torch


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    return losses
