# stub: kl_divergence
# part: loss
# misconception: kl-detached
# why: computed inside no_grad()
import torch


def kl_divergence(mu, log_var):
    with torch.no_grad():
        kl = -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())
    return kl
