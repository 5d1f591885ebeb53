# stub: reparameterize
# why: log_var is clamped exactly where what is promised ends
import torch


def reparameterize(self, mu, log_var):
    sigma = (torch.clamp(log_var, min=-10, max=10) * 0.5).exp()
    return torch.randn_like(sigma) * sigma + mu
