# stub: reparameterize
# part: reparameterize
# misconception: reparam-wrong-combination
# why: multiplies where it should add and adds where it should multiply
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    eps = torch.randn_like(std)
    return mu * std + eps
