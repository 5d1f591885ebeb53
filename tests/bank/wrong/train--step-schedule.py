# stub: train
# part: training
# misconception: train-schedule
# why: halves the rate after every epoch
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)
    losses = []
    for _ in range(epochs):
        losses.append(train_epoch(model, loader, loss_function, optimizer, device))
        scheduler.step()
    return losses
