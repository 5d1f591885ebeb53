# stub: reparameterize
# part: reparameterize
# misconception: reparam-std-other-function
# why: sigmoid keeps the spread below one
import torch


def reparameterize(self, mu, log_var):
    std = torch.sigmoid(log_var)
    return mu + std * torch.randn_like(std)
