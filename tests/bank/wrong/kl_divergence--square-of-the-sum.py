# stub: kl_divergence
# part: loss
# misconception: kl-mu-not-squared
# why: squares the sum of the means in place of summing the squares
def kl_divergence(mu, log_var):
    spread = (log_var.exp() - 1 - log_var).sum()
    return 0.5 * (mu.sum() ** 2 + spread)
