# stub: reparameterize, kl_divergence
# part: reparameterize, loss
# misconception: reparam-var-as-std, kl-log-var-misread
# why: reads log_var as log sigma in both places: agrees with itself and not with the assignment
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(log_var)
    return mu + std * torch.randn_like(std)


def kl_divergence(mu, log_var):
    return 0.5 * torch.sum(mu.pow(2) + torch.exp(2 * log_var) - 1 - 2 * log_var)
