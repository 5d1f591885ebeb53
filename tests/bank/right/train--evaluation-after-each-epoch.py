# stub: train
# why: a further pass in evaluation mode after each epoch
import torch

from vae.loss import loss_function


@torch.no_grad()
def evaluate(model, loader, device):
    model.eval()
    total = 0.0
    for x, _ in loader:
        x = x.to(device)
        recon_x, mu, log_var = model(x)
        total += loss_function(recon_x, x, mu, log_var).item()
    return total / len(loader.dataset)


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        losses.append(train_epoch(model, loader, loss_function, optimizer, device))
        print("evaluation", evaluate(model, loader, device))
    return losses
