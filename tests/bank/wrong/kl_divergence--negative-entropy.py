# stub: kl_divergence
# part: loss
# misconception: kl-other-divergence
# why: only the entropy of the posterior
import math


def kl_divergence(mu, log_var):
    entropy = 0.5 * (log_var + math.log(2 * math.pi) + 1)
    return -entropy.sum()
