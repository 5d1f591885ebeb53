# stub: kl_divergence
# part: loss
# misconception: kl-other-divergence
# why: a prior of standard deviation two
import math


def kl_divergence(mu, log_var):
    prior_var = 4.0
    return 0.5 * (math.log(prior_var) - log_var + (log_var.exp() + mu**2) / prior_var - 1).sum()
