# stub: loss_function
# part: loss
# misconception: loss-term-missing
# why: reconstruction forgotten: the posterior becomes the prior
def loss_function(recon_x, x, mu, log_var):
    return kl_divergence(mu, log_var)
