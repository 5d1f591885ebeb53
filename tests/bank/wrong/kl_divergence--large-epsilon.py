# stub: kl_divergence
# part: loss
# misconception: log-var-clamped
# why: 0.01 added inside the logarithm
import torch


def kl_divergence(mu, log_var):
    var = log_var.exp()
    return 0.5 * torch.sum(mu**2 + var - 1 - torch.log(var + 0.01))
