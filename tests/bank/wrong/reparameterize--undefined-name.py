# stub: reparameterize
# part: reparameterize
# misconception: crashes-when-called
# why: the parameter is called log_var, the body says logvar
# short-run: loses
# expect: error
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * logvar)
    return mu + std * torch.randn_like(std)
