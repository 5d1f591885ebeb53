# stub: reconstruction_loss, loss_function
# part: loss
# misconception: rec-mean
# why: a mean in the term, times numel in the total
# short-run: keeps
import torch.nn.functional as F


def reconstruction_loss(recon_x, x):
    return F.binary_cross_entropy(recon_x, x.view(-1, 784))


def loss_function(recon_x, x, mu, log_var):
    return recon_x.numel() * reconstruction_loss(recon_x, x) + kl_divergence(mu, log_var)
