# stub: loss_function
# part: loss
# misconception: loss-term-missing
# why: KL forgotten: a plain autoencoder
def loss_function(recon_x, x, mu, log_var):
    return reconstruction_loss(recon_x, x)
