# stub: reparameterize
# why: Marsaglia's polar method, which rejects some of its draws
import torch


def reparameterize(self, mu, log_var):
    count, found = mu.numel(), []
    while sum(map(len, found)) < count:
        pair = 2 * torch.rand(count + 8, 2, device=mu.device) - 1
        s = pair.square().sum(dim=1)
        inside = (s > 0) & (s < 1)
        pair, s = pair[inside], s[inside]
        found.append((pair * torch.sqrt(-2 * s.log() / s).unsqueeze(1)).flatten())
    eps = torch.cat(found)[:count].view_as(mu)
    return mu + torch.exp(0.5 * log_var) * eps
