# stub: kl_divergence
# part: loss
# misconception: kl-log-var-misread
# why: Normal wants a standard deviation and gets a variance
import torch
from torch.distributions import Normal
from torch.distributions import kl_divergence as kl


def kl_divergence(mu, log_var):
    q = Normal(mu, torch.exp(log_var))
    p = Normal(torch.zeros_like(mu), torch.ones_like(mu))
    return kl(q, p).sum()
