# stub: kl_divergence
# part: loss
# misconception: kl-term-missing
# why: without the log term the variance runs to zero
def kl_divergence(mu, log_var):
    return 0.5 * (mu**2 + log_var.exp() - 1).sum()
