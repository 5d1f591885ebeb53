# stub: train
# why: encoder and decoder as two groups with one rate
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    groups = [{"params": model.encoder.parameters()}, {"params": model.decoder.parameters()}]
    optimizer = torch.optim.Adam(groups, lr=learning_rate, foreach=False)
    return [train_epoch(model, loader, loss_function, optimizer, device) for _ in range(epochs)]
