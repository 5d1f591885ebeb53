# stub: loss_function
# part: loss
# misconception: loss-arguments-swapped
# why: x before recon_x in the signature
def loss_function(x, recon_x, mu, log_var):
    return reconstruction_loss(recon_x, x) + kl_divergence(mu, log_var)
