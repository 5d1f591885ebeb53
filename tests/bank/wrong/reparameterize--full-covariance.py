# stub: reparameterize
# part: reparameterize
# misconception: reparam-wrong-shape
# why: a matrix product of noise and std mixes images: (N, N) or an error
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    eps = torch.randn_like(std)
    return mu + eps @ std.T
