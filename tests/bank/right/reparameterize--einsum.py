# stub: reparameterize
# why: element-wise product by einsum
import torch


def reparameterize(self, mu, log_var):
    eps = torch.randn_like(mu)
    return mu + torch.einsum("nd,nd->nd", torch.exp(0.5 * log_var), eps)
