# stub: kl_divergence
# part: loss
# misconception: input-edited
# why: exp_() turns the caller's log_var into a variance
import torch


def kl_divergence(mu, log_var):
    total = torch.sum(1 + log_var.clone() - mu.pow(2))
    return -0.5 * (total - log_var.exp_().sum())
