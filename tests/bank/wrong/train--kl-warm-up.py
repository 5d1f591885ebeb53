# stub: train
# part: training
# misconception: train-other-loss
# why: KL grows with the epochs
import torch

from vae.loss import kl_divergence, reconstruction_loss


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for epoch in range(epochs):
        beta = epoch / epochs

        def warm(recon_x, x, mu, log_var, beta=beta):
            return reconstruction_loss(recon_x, x) + beta * kl_divergence(mu, log_var)

        losses.append(train_epoch(model, loader, warm, optimizer, device))
    return losses
