# stub: reconstruction_loss, kl_divergence, loss_function
# part: loss
# misconception: file-does-not-import
# why: exit() at the end of the file, left from trying it out
# file: loss.py
# short-run: loses
# expect: error
import sys

import torch
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    return F.binary_cross_entropy(recon_x, x.view(-1, 784), reduction="sum")


def kl_divergence(mu, log_var):
    return -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())


def loss_function(recon_x, x, mu, log_var):
    return reconstruction_loss(recon_x, x) + kl_divergence(mu, log_var)


print(kl_divergence(torch.zeros(1, 20), torch.zeros(1, 20)))
sys.exit()
