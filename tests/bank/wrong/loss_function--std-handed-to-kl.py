# stub: loss_function
# part: loss
# misconception: loss-arguments-swapped
# why: hands the standard deviation to a function that wants log_var
import torch


def loss_function(recon_x, x, mu, log_var):
    std = torch.exp(0.5 * log_var)
    return reconstruction_loss(recon_x, x) + kl_divergence(mu, std)
