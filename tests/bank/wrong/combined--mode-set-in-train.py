# stub: train_epoch, train
# part: training
# misconception: epoch-mode
# why: model.train() stands in train alone
# short-run: keeps
import torch


def train_epoch(model, loader, loss_function, optimizer, device):
    total = 0.0
    for x, _ in loader:
        x = x.to(device)
        optimizer.zero_grad()
        recon_x, mu, log_var = model(x)
        loss = loss_function(recon_x, x, mu, log_var)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader.dataset)


def train(model, loader, epochs, learning_rate, device):
    from vae.loss import loss_function

    model.to(device)
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    return [train_epoch(model, loader, loss_function, optimizer, device) for _ in range(epochs)]
