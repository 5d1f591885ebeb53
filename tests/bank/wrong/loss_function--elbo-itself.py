# stub: loss_function
# part: loss
# misconception: loss-sign
# why: returns the ELBO, which ought to be maximised
def loss_function(recon_x, x, mu, log_var):
    elbo = -reconstruction_loss(recon_x, x) - kl_divergence(mu, log_var)
    return elbo
