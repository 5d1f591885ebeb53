# stub: train
# part: training
# misconception: train-history
# why: one number for each batch
# short-run: keeps
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        model.train()
        for x, _labels in loader:
            x = x.to(device)
            optimizer.zero_grad()
            recon_x, mu, log_var = model(x)
            loss = loss_function(recon_x, x, mu, log_var)
            loss.backward()
            optimizer.step()
            losses.append(loss.item() / len(x))
    return losses
