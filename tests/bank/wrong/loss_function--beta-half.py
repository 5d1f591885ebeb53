# stub: loss_function
# part: loss
# misconception: kl-weighted
# why: half a KL for sharper pictures
def loss_function(recon_x, x, mu, log_var):
    return reconstruction_loss(recon_x, x) + 0.5 * kl_divergence(mu, log_var)
