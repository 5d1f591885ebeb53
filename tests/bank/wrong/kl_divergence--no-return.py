# stub: kl_divergence
# part: loss
# misconception: nothing-returned
# why: computes KL and never returns it
# short-run: loses
import torch


def kl_divergence(mu, log_var):
    kl = -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())
