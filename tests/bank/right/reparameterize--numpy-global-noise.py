# stub: reparameterize
# why: np.random.randn seeded once at import
import numpy as np
import torch

np.random.seed(2024)


def reparameterize(self, mu, log_var):
    eps = np.random.randn(*mu.shape).astype(np.float32)
    return mu + (0.5 * log_var).exp() * torch.tensor(eps, device=mu.device)
