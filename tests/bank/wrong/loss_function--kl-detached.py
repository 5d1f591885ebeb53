# stub: loss_function
# part: loss
# misconception: kl-detached
# why: KL counts in the number and not in the gradient
def loss_function(recon_x, x, mu, log_var):
    return reconstruction_loss(recon_x, x) + kl_divergence(mu, log_var).detach()
