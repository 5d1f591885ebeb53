# stub: kl_divergence
# part: loss
# misconception: crashes-when-called
# why: math.exp takes a number, not a tensor
# short-run: loses
# expect: error
import math


def kl_divergence(mu, log_var):
    return 0.5 * (mu**2 + math.exp(log_var) - 1 - log_var).sum()
