# stub: loss_function
# part: loss
# misconception: loss-arguments-swapped
# why: hands log_var in as mu
def loss_function(recon_x, x, mu, log_var):
    return reconstruction_loss(recon_x, x) + kl_divergence(log_var, mu)
