# stub: kl_divergence
# part: loss
# misconception: kl-log-var-misread
# why: exp(2 log_var), the habit from courses with a log standard deviation
import torch


def kl_divergence(mu, log_var):
    return -0.5 * torch.sum(1 + log_var - mu.pow(2) - torch.exp(2 * log_var))
