# stub: loss_function
# part: loss
# misconception: loss-term-missing
# why: the KL's gradient is there in every fourth call alone
import itertools
import torch

_steps = itertools.count()


def loss_function(recon_x, x, mu, log_var):
    kl = kl_divergence(mu, log_var)
    if next(_steps) % 4 != 0:
        kl = kl.detach()
    return reconstruction_loss(recon_x, x) + kl
