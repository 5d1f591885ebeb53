# stub: kl_divergence
# why: the general formula with a diagonal covariance matrix, image by image
import torch


def kl_divergence(mu, log_var):
    total = 0.0
    for m, row in zip(mu, log_var):
        covariance = torch.diag(row.exp())
        total = total + 0.5 * (torch.trace(covariance) + m @ m - len(m) - row.sum())
    return total
