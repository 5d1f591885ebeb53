# stub: reparameterize
# why: one image after the other
import torch


def reparameterize(self, mu, log_var):
    rows = []
    for m, lv in zip(mu, log_var):
        rows.append(m + torch.exp(0.5 * lv) * torch.randn_like(m))
    return torch.stack(rows)
