# stub: reparameterize
# part: reparameterize
# misconception: input-edited
# why: *= halves the caller's log_var
import torch


def reparameterize(self, mu, log_var):
    log_var *= 0.5
    return mu + torch.exp(log_var) * torch.randn_like(mu)
