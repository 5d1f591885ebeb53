# stub: loss_function
# part: loss
# misconception: loss-mixed-reduction
# why: KL is averaged over the batch, reconstruction is not
def loss_function(recon_x, x, mu, log_var):
    return reconstruction_loss(recon_x, x) + kl_divergence(mu, log_var) / mu.size(0)
