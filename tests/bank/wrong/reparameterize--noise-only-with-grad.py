# stub: reparameterize
# part: reparameterize
# misconception: reparam-eval-returns-mean
# why: returns the mean wherever gradients are switched off
import torch


def reparameterize(self, mu, log_var):
    if not torch.is_grad_enabled():
        return mu
    return mu + torch.exp(0.5 * log_var) * torch.randn_like(mu)
