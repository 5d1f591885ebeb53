# stub: kl_divergence
# why: log_var is clamped exactly where what is promised ends
import torch


def kl_divergence(mu, log_var):
    bounded = torch.clamp(log_var, -10.0, 10.0)
    return 0.5 * (mu**2 + bounded.exp() - bounded - 1.0).sum()
