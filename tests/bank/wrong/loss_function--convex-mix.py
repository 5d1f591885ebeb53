# stub: loss_function
# part: loss
# misconception: kl-weighted
# why: 0.9 of the one and 0.1 of the other
def loss_function(recon_x, x, mu, log_var):
    alpha = 0.9
    return alpha * reconstruction_loss(recon_x, x) + (1 - alpha) * kl_divergence(mu, log_var)
