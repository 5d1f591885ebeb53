# stub: kl_divergence
# part: loss
# misconception: kl-missing-one
# why: the constant -1 is missing: KL(prior, prior) is no longer 0
# short-run: keeps
import torch


def kl_divergence(mu, log_var):
    return -0.5 * torch.sum(log_var - mu.pow(2) - log_var.exp())
