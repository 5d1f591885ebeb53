# stub: loss_function
# part: loss
# misconception: loss-sign
# why: KL minus reconstruction
def loss_function(recon_x, x, mu, log_var):
    return kl_divergence(mu, log_var) - reconstruction_loss(recon_x, x)
