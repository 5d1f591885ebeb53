# stub: kl_divergence, loss_function
# part: loss
# misconception: kl-missing-half
# why: KL is twice too large and loss_function halves it: the total fits by luck
# short-run: keeps
import torch


def kl_divergence(mu, log_var):
    return torch.sum(mu.pow(2) + log_var.exp() - 1 - log_var)


def loss_function(recon_x, x, mu, log_var):
    return reconstruction_loss(recon_x, x) + 0.5 * kl_divergence(mu, log_var)
