# stub: kl_divergence
# part: loss
# misconception: kl-missing-half
# why: the half stands before the first terms alone
def kl_divergence(mu, log_var):
    return (0.5 * (log_var.exp() - 1 - log_var) + mu**2).sum()
