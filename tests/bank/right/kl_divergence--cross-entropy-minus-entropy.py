# stub: kl_divergence
# why: -E[log p] minus the entropy
import math

import torch


def kl_divergence(mu, log_var):
    log_two_pi = math.log(2 * math.pi)
    cross_entropy = 0.5 * (log_two_pi + mu**2 + torch.exp(log_var))
    entropy = 0.5 * (log_two_pi + 1 + log_var)
    return (cross_entropy - entropy).sum()
