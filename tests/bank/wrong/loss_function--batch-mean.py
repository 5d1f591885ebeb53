# stub: loss_function
# part: loss
# misconception: batch-mean
# why: divides the sum by the batch size
def loss_function(recon_x, x, mu, log_var):
    total = reconstruction_loss(recon_x, x) + kl_divergence(mu, log_var)
    return total / x.size(0)
