# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-partial
# why: the loop over images begins at one
import torch


def reparameterize(self, mu, log_var):
    z = [mu[0]]
    for i in range(1, len(mu)):
        z.append(mu[i] + torch.exp(0.5 * log_var[i]) * torch.randn_like(mu[i]))
    return torch.stack(z)
