# stub: reparameterize
# part: reparameterize
# misconception: reparam-no-gradient
# why: computes z in numpy: right numbers, no gradient
import numpy as np
import torch


def reparameterize(self, mu, log_var):
    m = mu.detach().cpu().numpy()
    s = np.exp(0.5 * log_var.detach().cpu().numpy())
    z = m + s * np.random.randn(*m.shape)
    return torch.tensor(z, dtype=mu.dtype, device=mu.device)
