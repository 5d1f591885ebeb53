# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-reused
# why: np.random.seed inside the function
import numpy as np
import torch


def reparameterize(self, mu, log_var):
    np.random.seed(0)
    eps = torch.from_numpy(np.random.randn(*mu.shape)).to(mu)
    return mu + torch.exp(0.5 * log_var) * eps
