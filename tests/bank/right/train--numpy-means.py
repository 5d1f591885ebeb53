# stub: train
# why: the list holds numpy.float64, which are floats
import numpy as np
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model = model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    means = np.zeros(epochs)
    for epoch in range(epochs):
        model.train()
        sums = []
        for batch, _ in loader:
            batch = batch.to(device)
            loss = loss_function(*_rebuilt(model, batch))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            sums.append(loss.item())
        means[epoch] = np.sum(sums) / len(loader.dataset)
    return list(means)


def _rebuilt(model, batch):
    recon_x, mu, log_var = model(batch)
    return recon_x, batch, mu, log_var
