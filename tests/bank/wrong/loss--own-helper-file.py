# stub: reconstruction_loss, kl_divergence, loss_function
# part: loss
# misconception: file-does-not-import
# why: imports a second file of the student's, which is not handed in
# file: loss.py
# short-run: loses
# expect: error
import torch
from vae_helpers import bce_sum


def reconstruction_loss(recon_x, x):
    return bce_sum(recon_x, x.view(-1, 784))


def kl_divergence(mu, log_var):
    return -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())


def loss_function(recon_x, x, mu, log_var):
    return reconstruction_loss(recon_x, x) + kl_divergence(mu, log_var)
