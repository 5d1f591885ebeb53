# stub: train
# why: Adam in its foreach implementation
import torch
from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model = model.to(device)
    opt = torch.optim.Adam(params=[p for p in model.parameters() if p.requires_grad], lr=learning_rate, foreach=True)
    h = []
    for e in range(1, epochs + 1):
        h += [float(train_epoch(model, loader, loss_function, opt, device))]
    return h
