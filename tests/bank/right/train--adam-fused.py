# stub: train
# why: Adam in its fused implementation
import torch
from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    opt = torch.optim.Adam(model.parameters(), lr=learning_rate, fused=(str(device)=="cpu"))
    return [train_epoch(model, loader, loss_function, opt, device) for _ in range(epochs)]
