# stub: loss_function
# part: loss
# misconception: loss-mixed-reduction
# why: size(1) is one channel of images, and 784 pixels of flat ones
import torch
import torch.nn.functional as F


def loss_function(recon_x, x, mu, log_var):
    channels = x.size(1)
    recon = reconstruction_loss(recon_x, x) / channels
    return recon + kl_divergence(mu, log_var)
