# stub: loss_function
# part: loss
# misconception: loss-wrong-combination
# why: an L2 penalty on the codes on top
def loss_function(recon_x, x, mu, log_var):
    penalty = 0.1 * mu.pow(2).sum()
    return reconstruction_loss(recon_x, x) + kl_divergence(mu, log_var) + penalty
