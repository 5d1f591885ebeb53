# stub: reparameterize, loss_function
# part: reparameterize, loss
# misconception: reparam-no-noise, loss-term-missing
# why: no noise and no KL
def reparameterize(self, mu, log_var):
    return mu


def loss_function(recon_x, x, mu, log_var):
    return reconstruction_loss(recon_x, x)
