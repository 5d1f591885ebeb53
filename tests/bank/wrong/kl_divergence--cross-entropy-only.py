# stub: kl_divergence
# part: loss
# misconception: kl-other-divergence
# why: -E[log p(z)] without the entropy
import math


def kl_divergence(mu, log_var):
    return 0.5 * (mu**2 + log_var.exp() + math.log(2 * math.pi)).sum()
