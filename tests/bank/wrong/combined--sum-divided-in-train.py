# stub: train_epoch, train
# part: training
# misconception: epoch-wrong-divisor
# why: train_epoch returns the sum, train divides it: one of the two is right
# short-run: keeps
import torch


def train_epoch(model, loader, loss_function, optimizer, device):
    model.train()
    total = 0.0
    for x, _ in loader:
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total


def train(model, loader, epochs, learning_rate, device):
    from vae.loss import loss_function

    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = [train_epoch(model, loader, loss_function, optimizer, device) for _ in range(epochs)]
    return [loss / len(loader.dataset) for loss in losses]
