# stub: kl_divergence
# part: loss
# misconception: kl-reversed
# why: torch.distributions with the two changed round
import torch
from torch.distributions import Normal
from torch.distributions import kl_divergence as kl


def kl_divergence(mu, log_var):
    q = Normal(mu, torch.exp(0.5 * log_var))
    p = Normal(torch.zeros_like(mu), torch.ones_like(mu))
    return kl(p, q).sum()
