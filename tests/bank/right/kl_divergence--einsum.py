# stub: kl_divergence
# why: squares by einsum
import torch


def kl_divergence(mu, log_var):
    squares = torch.einsum("nd,nd->", mu, mu)
    return 0.5 * (squares + log_var.exp().sum() - log_var.sum() - mu.numel())
