# stub: reconstruction_loss
# part: loss
# misconception: rec-squared-error
# why: Gaussian log-likelihood with variance one
def reconstruction_loss(recon_x, x):
    diff = recon_x - x.reshape(recon_x.shape)
    return 0.5 * (diff**2).sum()
