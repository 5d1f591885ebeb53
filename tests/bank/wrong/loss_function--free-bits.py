# stub: loss_function
# part: loss
# misconception: kl-weighted
# why: KL below ten nats costs nothing
import torch


def loss_function(recon_x, x, mu, log_var):
    kl = kl_divergence(mu, log_var)
    return reconstruction_loss(recon_x, x) + torch.relu(kl - 10.0)
