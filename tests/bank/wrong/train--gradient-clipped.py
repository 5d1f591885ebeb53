# stub: train
# part: training
# misconception: epoch-gradient-changed
# why: its own loop clips the gradients
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for epoch in range(epochs):
        model.train()
        total = 0.0
        for x, _ in loader:
            x = x.to(device)
            optimizer.zero_grad()
            loss = loss_function(*reorder(x, *model(x)))
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=5.0)
            optimizer.step()
            total += loss.item()
        losses.append(total / len(loader.dataset))
    return losses


def reorder(x, recon_x, mu, log_var):
    return recon_x, x, mu, log_var
