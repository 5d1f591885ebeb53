# stub: train
# why: import vae.loss as L, everything by keyword
import torch.optim as optim

import vae.loss as L


def train(model, loader, epochs, learning_rate, device):
    model = model.to(device)
    optimizer = optim.Adam(params=model.parameters(), lr=learning_rate)
    return [
        train_epoch(model=model, loader=loader, loss_function=L.loss_function, optimizer=optimizer, device=device)
        for _ in range(epochs)
    ]
