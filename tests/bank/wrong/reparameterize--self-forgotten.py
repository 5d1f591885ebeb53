# stub: reparameterize
# part: reparameterize
# misconception: crashes-when-called
# why: the method lacks self
# short-run: loses
# expect: error
import torch


def reparameterize(mu, log_var):
    std = torch.exp(0.5 * log_var)
    return mu + std * torch.randn_like(std)
