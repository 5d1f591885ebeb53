# stub: train_epoch, train
# part: training
# misconception: epoch-own-loss
# why: both training functions use the loss of vae.loss by a global name
# short-run: keeps
import torch


def train_epoch(model, loader, criterion, optimizer, device):
    from vae.loss import loss_function as elbo

    model.train()
    total = 0.0
    for x, _ in loader:
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = elbo(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader.dataset)


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    return [train_epoch(model, loader, None, optimizer, device) for _ in range(epochs)]
