# stub: loss_function
# part: loss
# misconception: nothing-returned
# why: the sum is never returned
# short-run: loses
def loss_function(recon_x, x, mu, log_var):
    loss = reconstruction_loss(recon_x, x) + kl_divergence(mu, log_var)
