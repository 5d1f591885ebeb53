# stub: loss_function
# part: loss
# misconception: function-missing
# why: loss_function was deleted; the other two are right
# file: loss.py
# short-run: loses
# expect: error
import torch
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    return F.binary_cross_entropy(recon_x, x.view(-1, 784), reduction="sum")


def kl_divergence(mu, log_var):
    return -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())
