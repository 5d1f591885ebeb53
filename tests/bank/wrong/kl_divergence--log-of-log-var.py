# stub: kl_divergence
# part: loss
# misconception: kl-exp-forgotten
# why: takes the logarithm of what is a logarithm already
import torch


def kl_divergence(mu, log_var):
    var = log_var.abs() + 1e-8
    return -0.5 * torch.sum(1 + torch.log(var) - mu.pow(2) - var)
