# stub: loss_function
# why: a beta-VAE with beta = 1, and keyword arguments
def loss_function(recon_x, x, mu, log_var, beta=1.0):
    rec = reconstruction_loss(recon_x=recon_x, x=x)
    kld = kl_divergence(mu=mu, log_var=log_var)
    return rec + beta * kld
