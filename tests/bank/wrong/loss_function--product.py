# stub: loss_function
# part: loss
# misconception: loss-wrong-combination
# why: multiplies the terms
def loss_function(recon_x, x, mu, log_var):
    return reconstruction_loss(recon_x, x) * kl_divergence(mu, log_var)
