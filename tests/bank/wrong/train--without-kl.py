# stub: train
# part: training
# misconception: train-other-loss
# why: hands over the reconstruction term alone
import torch

from vae.loss import reconstruction_loss


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)

    def only_reconstruction(recon_x, x, mu, log_var):
        return reconstruction_loss(recon_x, x)

    return [train_epoch(model, loader, only_reconstruction, optimizer, device) for _ in range(epochs)]
