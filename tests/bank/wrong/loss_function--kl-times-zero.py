# stub: loss_function
# part: loss
# misconception: loss-term-missing
# why: KL is there and weighs nothing
def loss_function(recon_x, x, mu, log_var):
    return reconstruction_loss(recon_x, x) + 0 * kl_divergence(mu, log_var)
