# stub: train
# part: training
# misconception: epoch-mean-of-batch-means
# why: its own loop averages batch means
# short-run: keeps
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        model.train()
        running = 0.0
        for x, _labels in loader:
            x = x.to(device)
            recon_x, mu, log_var = model(x)
            loss = loss_function(recon_x, x, mu, log_var)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            running += loss.item() / x.size(0)
        losses.append(running / len(loader))
    return losses
