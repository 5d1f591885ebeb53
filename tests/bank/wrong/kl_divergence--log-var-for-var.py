# stub: kl_divergence
# part: loss
# misconception: kl-exp-forgotten
# why: log_var where exp(log_var) belongs
import torch


def kl_divergence(mu, log_var):
    return -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var)
