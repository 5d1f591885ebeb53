# stub: reparameterize
# part: reparameterize
# misconception: reparam-log-var-as-std
# why: the logarithm itself scales the noise
import torch


def reparameterize(self, mu, log_var):
    eps = torch.randn_like(mu)
    return mu + log_var * eps
