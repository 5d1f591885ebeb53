# stub: train
# why: wraps the loss to record its terms
import torch

from vae import loss as vae_loss


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    terms = []

    def recording(recon_x, x, mu, log_var):
        value = vae_loss.loss_function(recon_x, x, mu, log_var)
        terms.append(value.item())
        return value

    return [train_epoch(model, loader, recording, optimizer, device) for _ in range(epochs)]
