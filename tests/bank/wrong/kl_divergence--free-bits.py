# stub: kl_divergence
# part: loss
# misconception: kl-weighted
# why: every dimension may use half a nat for nothing
def kl_divergence(mu, log_var):
    kl = 0.5 * (mu**2 + log_var.exp() - 1 - log_var)
    return kl.clamp(min=0.5).sum()
