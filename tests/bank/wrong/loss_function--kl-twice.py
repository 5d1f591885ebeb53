# stub: loss_function
# part: loss
# misconception: loss-wrong-combination
# why: KL is added twice
def loss_function(recon_x, x, mu, log_var):
    loss = reconstruction_loss(recon_x, x)
    loss = loss + kl_divergence(mu, log_var)
    return loss + kl_divergence(mu, log_var)
