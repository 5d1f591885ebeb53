# stub: loss_function
# part: loss
# misconception: rec-detached
# why: reconstruction counts in the number and not in the gradient
def loss_function(recon_x, x, mu, log_var):
    return reconstruction_loss(recon_x, x).detach() + kl_divergence(mu, log_var)
