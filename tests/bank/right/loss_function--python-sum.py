# stub: loss_function
# why: Python's sum over a generator
def loss_function(recon_x, x, mu, log_var):
    parts = {"rec": reconstruction_loss(recon_x, x), "kl": kl_divergence(mu, log_var)}
    return sum(parts.values())
