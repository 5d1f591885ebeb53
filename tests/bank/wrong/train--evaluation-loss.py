# stub: train
# part: training
# misconception: train-history
# why: reports an evaluation after each epoch in place of the training loss
# short-run: keeps
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        train_epoch(model, loader, loss_function, optimizer, device)
        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, _labels in loader:
                x = x.to(device)
                recon_x, mu, log_var = model(x)
                total += loss_function(recon_x, x, mu, log_var).item()
        losses.append(total / len(loader.dataset))
    return losses
