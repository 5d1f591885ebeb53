# stub: reparameterize
# why: the style of the year 2017: .data.new and a tensor class
import torch


def reparameterize(self, mu, log_var):
    std = log_var.mul(0.5).exp_()
    eps = std.data.new(std.size()).normal_()
    return eps.mul(std).add_(mu)
