# stub: loss_function
# part: loss
# misconception: returns-extra-values
# why: a dictionary of the terms
def loss_function(recon_x, x, mu, log_var):
    rec = reconstruction_loss(recon_x, x)
    kl = kl_divergence(mu, log_var)
    return {"loss": rec + kl, "rec": rec, "kl": kl}
