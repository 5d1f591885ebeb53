# stub: train
# part: training
# misconception: train-optimizer-renewed
# why: a new Adam for every batch
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    losses = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for x, _labels in loader:
            optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
            x = x.to(device)
            recon_x, mu, log_var = model(x)
            loss = loss_function(recon_x, x, mu, log_var)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        losses.append(total / len(loader.dataset))
    return losses
