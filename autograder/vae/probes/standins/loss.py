"""Stand-in for vae.loss: squares instead of the ELBO's terms; loss_function is the sum of the other two."""


def reconstruction_loss(recon_x, x):
    # Not symmetric: recon_x and x must not be interchangeable.
    return (1.3 * recon_x - x.reshape(recon_x.shape)).square().sum()


def kl_divergence(mu, log_var):
    return 0.3 * mu.square().sum() + 0.2 * (log_var - 0.5).square().sum()


def loss_function(recon_x, x, mu, log_var):
    return reconstruction_loss(recon_x, x) + kl_divergence(mu, log_var)
