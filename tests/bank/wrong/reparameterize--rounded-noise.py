# stub: reparameterize
# part: reparameterize
# misconception: reparam-noise-not-gaussian
# why: integers from randint take the place of the normal draw
import torch


def reparameterize(self, mu, log_var):
    eps = torch.randint(-1, 2, mu.shape, device=mu.device).to(mu.dtype)
    return mu + torch.exp(0.5 * log_var) * eps
