# stub: kl_divergence
# why: computed and returned in float64
def kl_divergence(mu, log_var):
    mean, spread = mu.double(), log_var.double()
    return (mean.square() + spread.exp() - spread - 1).sum() / 2
