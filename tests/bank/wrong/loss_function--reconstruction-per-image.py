# stub: loss_function
# part: loss
# misconception: loss-mixed-reduction
# why: reconstruction is averaged over the batch, KL is not
def loss_function(recon_x, x, mu, log_var):
    return reconstruction_loss(recon_x, x) / x.size(0) + kl_divergence(mu, log_var)
