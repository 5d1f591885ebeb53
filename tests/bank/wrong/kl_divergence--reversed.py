# stub: kl_divergence
# part: loss
# misconception: kl-reversed
# why: KL(prior || posterior)
def kl_divergence(mu, log_var):
    return 0.5 * ((1 + mu.pow(2)) / log_var.exp() - 1 + log_var).sum()
