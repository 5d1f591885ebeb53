# stub: reparameterize
# part: reparameterize
# misconception: reparam-float64
# why: numpy's noise is float64 and drags z along
import numpy as np
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    eps = torch.from_numpy(np.random.randn(*mu.shape)).to(mu.device)
    return mu + std * eps
