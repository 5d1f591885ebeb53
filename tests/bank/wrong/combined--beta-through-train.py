# stub: train
# part: training
# misconception: train-other-loss
# why: train hands over a beta-VAE loss
# short-run: either
import torch

from vae.loss import kl_divergence, reconstruction_loss


class BetaLoss:
    def __init__(self, beta):
        self.beta = beta

    def __call__(self, recon_x, x, mu, log_var):
        return reconstruction_loss(recon_x, x) + self.beta * kl_divergence(mu, log_var)


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    return [train_epoch(model, loader, BetaLoss(4.0), optimizer, device) for _ in range(epochs)]
