# stub: kl_divergence
# part: loss
# misconception: kl-term-missing
# why: only a weight on mu is left
def kl_divergence(mu, log_var):
    return 0.5 * mu.pow(2).sum()
