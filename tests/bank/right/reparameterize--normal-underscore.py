# stub: reparameterize
# why: fills an empty tensor of its own
import torch


def reparameterize(self, mu, log_var):
    std = log_var.mul(0.5).exp_()
    eps = torch.empty_like(std).normal_()
    return eps.mul(std).add_(mu)
