# stub: kl_divergence
# part: loss
# misconception: kl-other-divergence
# why: one-sample estimate in place of the closed form
import torch
from torch.distributions import Normal


def kl_divergence(mu, log_var):
    q = Normal(mu, torch.exp(0.5 * log_var))
    p = Normal(torch.zeros_like(mu), torch.ones_like(mu))
    z = q.rsample()
    return (q.log_prob(z) - p.log_prob(z)).sum()
