# stub: loss_function
# part: loss
# misconception: kl-weighted
# why: a beta-VAE
def loss_function(recon_x, x, mu, log_var, beta=4.0):
    return reconstruction_loss(recon_x, x) + beta * kl_divergence(mu, log_var)
