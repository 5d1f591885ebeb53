# stub: reparameterize
# part: reparameterize
# misconception: hard-coded-device
# why: .cuda() in the function: an error wherever the model lies elsewhere
# short-run: loses
# expect: error
import torch


def reparameterize(self, mu, log_var):
    std = torch.exp(0.5 * log_var)
    eps = torch.randn(mu.shape).cuda()
    return mu + std * eps
