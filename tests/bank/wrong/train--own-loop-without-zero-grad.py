# stub: train
# part: training
# misconception: epoch-no-zero-grad
# why: its own loop lets the gradients pile up
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        optimizer.zero_grad()
        total = 0.0
        for x, _labels in loader:
            x = x.to(device)
            recon_x, mu, log_var = model(x)
            loss = loss_function(recon_x, x, mu, log_var)
            loss.backward()
            optimizer.step()
            total += loss.item()
        losses.append(total / len(loader.dataset))
    return losses
