# stub: kl_divergence
# part: loss
# misconception: kl-term-missing
# why: without the variance term the spread grows for ever
def kl_divergence(mu, log_var):
    return 0.5 * (mu**2 - 1 - log_var).sum()
