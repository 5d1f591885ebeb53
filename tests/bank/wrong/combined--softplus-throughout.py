# stub: reparameterize, kl_divergence
# part: reparameterize, loss
# misconception: reparam-std-other-function, kl-log-var-misread
# why: std = softplus(log_var) in both places
import torch
import torch.nn.functional as F


def reparameterize(self, mu, log_var):
    std = F.softplus(log_var)
    return mu + std * torch.randn_like(std)


def kl_divergence(mu, log_var):
    std = F.softplus(log_var)
    return 0.5 * torch.sum(mu.pow(2) + std.pow(2) - 1 - 2 * torch.log(std))
