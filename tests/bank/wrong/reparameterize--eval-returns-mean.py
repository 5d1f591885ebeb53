# stub: reparameterize
# part: reparameterize
# misconception: reparam-eval-returns-mean
# why: noise in training mode alone, as many blogs do
import torch


def reparameterize(self, mu, log_var):
    if self.training:
        std = torch.exp(0.5 * log_var)
        return mu + std * torch.randn_like(std)
    return mu
