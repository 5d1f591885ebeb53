# stub: reparameterize
# part: reparameterize
# misconception: input-edited
# why: mul_ and exp_ work on the caller's log_var; the KL later sees a standard deviation
import torch


def reparameterize(self, mu, log_var):
    std = log_var.mul_(0.5).exp_()
    return mu + std * torch.randn_like(mu)
