# stub: kl_divergence
# why: Independent normals, by the module's name
import torch
import torch.distributions as D


def kl_divergence(mu, log_var):
    q = D.Independent(D.Normal(mu, torch.exp(log_var / 2)), 1)
    p = D.Independent(D.Normal(torch.zeros_like(mu), torch.ones_like(mu)), 1)
    return D.kl.kl_divergence(q, p).sum()
