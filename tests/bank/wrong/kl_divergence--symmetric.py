# stub: kl_divergence
# part: loss
# misconception: kl-reversed
# why: mean of both directions
def kl_divergence(mu, log_var):
    var = log_var.exp()
    forward = 0.5 * (mu**2 + var - 1 - log_var)
    backward = 0.5 * ((1 + mu**2) / var - 1 + log_var)
    return 0.5 * (forward + backward).sum()
