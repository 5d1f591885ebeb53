# stub: train
# why: Adam and a loop
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for epoch in range(epochs):
        loss = train_epoch(model, loader, loss_function, optimizer, device)
        print(f"epoch {epoch + 1}: {loss:.2f}")
        losses.append(loss)
    return losses
