# stub: loss_function
# part: loss
# misconception: loss-not-scalar
# why: a tensor of shape (1,)
def loss_function(recon_x, x, mu, log_var):
    total = reconstruction_loss(recon_x, x) + kl_divergence(mu, log_var)
    return total.unsqueeze(0)
