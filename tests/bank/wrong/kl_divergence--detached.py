# stub: kl_divergence
# part: loss
# misconception: kl-detached
# why: the right number, a constant for the optimiser
import torch


def kl_divergence(mu, log_var):
    mu, log_var = mu.detach(), log_var.detach()
    return -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())
