# stub: kl_divergence
# why: squared norms and a constant
import torch


def kl_divergence(mu, log_var):
    n, d = mu.shape
    trace = torch.exp(log_var).sum()
    return 0.5 * (trace + torch.linalg.vector_norm(mu) ** 2 - n * d - log_var.sum())
