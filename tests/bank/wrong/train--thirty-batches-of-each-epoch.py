# stub: train
# part: training
# misconception: epoch-batches-skipped
# why: of each epoch only the first thirty batches are trained on
import itertools

import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    history = []
    for _ in range(epochs):
        model.train()
        losses = []
        for x, _ in itertools.islice(loader, 30):
            x = x.to(device)
            recon_x, mu, log_var = model(x)
            loss = loss_function(recon_x, x, mu, log_var)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        history.append(sum(losses) / len(loader.dataset))
    return history
