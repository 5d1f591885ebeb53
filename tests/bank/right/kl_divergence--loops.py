# stub: kl_divergence
# why: a loop over images and dimensions
import torch


def kl_divergence(mu, log_var):
    total = mu.new_zeros(())
    for i in range(mu.size(0)):
        for d in range(mu.size(1)):
            m, lv = mu[i, d], log_var[i, d]
            total = total + 0.5 * (m**2 + torch.exp(lv) - 1 - lv)
    return total
