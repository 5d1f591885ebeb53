# stub: kl_divergence
# part: loss
# misconception: kl-missing-half
# why: halved twice
def kl_divergence(mu, log_var):
    kl = 0.5 * (mu**2 + log_var.exp() - 1 - log_var)
    return 0.5 * kl.sum()
