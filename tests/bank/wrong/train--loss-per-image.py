# stub: train
# part: training
# misconception: train-other-loss
# why: wraps the loss to divide it by the batch size
import torch

from vae.loss import loss_function


def train(model, loader, epochs, learning_rate, device):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)

    def per_image(recon_x, x, mu, log_var):
        return loss_function(recon_x, x, mu, log_var) / len(x)

    return [train_epoch(model, loader, per_image, optimizer, device) for _ in range(epochs)]
