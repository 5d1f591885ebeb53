# stub: loss_function
# part: loss
# misconception: kl-weighted
# why: the batch's KL is not let below five nats an image
def loss_function(recon_x, x, mu, log_var):
    kl = kl_divergence(mu, log_var).clamp(min=5.0 * len(mu))
    return reconstruction_loss(recon_x, x) + kl
