# stub: loss_function
# part: loss
# misconception: kl-weighted
# why: KL divided by the number of pixels "to balance the terms"
def loss_function(recon_x, x, mu, log_var):
    kl = kl_divergence(mu, log_var) / 784
    return reconstruction_loss(recon_x, x) + kl
