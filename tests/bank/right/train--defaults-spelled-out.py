# stub: train
# why: every default of Adam written down
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(torch.device(device))
    optimizer = torch.optim.Adam(
        model.parameters(), lr=learning_rate, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False
    )
    return list(
        map(lambda _: train_epoch(model, loader, loss_function, optimizer, device), range(epochs))
    )
