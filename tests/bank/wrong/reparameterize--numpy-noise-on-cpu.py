# stub: reparameterize
# part: reparameterize
# misconception: hard-coded-device
# why: numpy noise that never leaves the CPU
# short-run: keeps
import numpy as np
import torch


def reparameterize(self, mu, log_var):
    eps = torch.from_numpy(np.random.randn(*mu.shape)).float()
    return mu + torch.exp(0.5 * log_var) * eps
