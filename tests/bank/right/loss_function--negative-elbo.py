# stub: loss_function
# why: minus the ELBO, written as such
def loss_function(recon_x, x, mu, log_var):
    log_likelihood = -reconstruction_loss(recon_x, x)
    elbo = log_likelihood - kl_divergence(mu, log_var)
    return -elbo
