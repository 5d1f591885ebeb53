# stub: reparameterize
# part: reparameterize
# misconception: reparam-eval-returns-mean
# why: a tenth of the noise in evaluation mode
import torch


def reparameterize(self, mu, log_var):
    scale = 1.0 if self.training else 0.1
    return mu + scale * torch.exp(0.5 * log_var) * torch.randn_like(mu)
