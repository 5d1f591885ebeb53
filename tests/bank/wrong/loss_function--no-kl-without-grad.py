# stub: loss_function
# part: loss
# misconception: loss-term-missing
# why: without gradients the KL is left out, as a regulariser
import torch
import torch.nn.functional as F


def loss_function(recon_x, x, mu, log_var):
    recon = reconstruction_loss(recon_x, x)
    if not torch.is_grad_enabled():
        return recon  # the KL is a regulariser, for training only
    return recon + kl_divergence(mu, log_var)
