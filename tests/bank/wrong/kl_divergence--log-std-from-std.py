# stub: kl_divergence
# part: loss
# misconception: kl-log-var-misread
# why: half of the log term is lost on the way through std
import torch


def kl_divergence(mu, log_var):
    std = torch.exp(0.5 * log_var)
    return 0.5 * torch.sum(std**2 + mu**2 - 1 - torch.log(std))
