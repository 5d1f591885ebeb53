# stub: train
# part: training
# misconception: train-other-loss
# why: its own squared error
import torch
import torch.nn.functional as F


def mse(recon_x, x, mu, log_var):
    return F.mse_loss(recon_x, x.flatten(1), reduction="sum")


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    return [train_epoch(model, loader, mse, optimizer, device) for _ in range(epochs)]
